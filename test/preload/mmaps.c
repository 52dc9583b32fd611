/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a program may rely on that maps, changes and unmaps. All must hold without snug too.
 * Prints the claims that do not hold.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, N = 64 << 10, MIB = 1 << 20, RW = PROT_READ | PROT_WRITE };
enum { ANON = MAP_PRIVATE | MAP_ANONYMOUS, ODD_ERRNO = 77 };

static int n_failures;

static void claim(bool holds, const char *text, int line)
{
    if (holds)
        return;
    printf("line %d: %s\n", line, text);
    n_failures++;
}

#define CLAIM(what) claim(what, #what, __LINE__)

static char *map(size_t n_bytes)
{
    return mmap(NULL, n_bytes, RW, ANON, -1, 0);
}

static bool is_mapped(const char *at, size_t n_bytes)
{
    unsigned char is_there[MIB / PAGE];
    return mincore((void *)at, n_bytes, is_there) == 0;
}

static bool is_all(const char *at, char byte, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        if (at[i] != byte)
            return false;
    return true;
}

/* A range that the program has had and unmapped. */
static char *map_and_unmap(size_t n_bytes)
{
    char *at = map(n_bytes);
    memset(at, 1, n_bytes);
    CLAIM(munmap(at, n_bytes) == 0);
    CLAIM(!is_mapped(at, n_bytes));
    return at;
}

static void new_ranges_are_clear(void)
{
    static const size_t sizes[] = {PAGE, N, 3 * PAGE, MIB, 5000, PAGE + 1};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n_pages = (sizes[i] + PAGE - 1) / PAGE;
        char *first = map(sizes[i]);
        memset(first, 1, n_pages * PAGE);
        errno = ODD_ERRNO;
        CLAIM(munmap(first, sizes[i]) == 0);
        char *second = map(sizes[i]);
        CLAIM(errno == ODD_ERRNO);
        CLAIM(is_all(second, 0, n_pages * PAGE));
        CLAIM(munmap(second, sizes[i]) == 0);
    }
}

static void pages_that_nobody_touched_stay_away(void)
{
    for (int round = 0; round < 3; round++) {
        char *at = map(MIB);
        at[5 * PAGE] = 1;
        unsigned char is_there[MIB / PAGE];
        CLAIM(mincore(at, MIB, is_there) == 0);
        int n_there = 0;
        for (int i = 0; i < MIB / PAGE; i++)
            n_there += is_there[i] & 1;
        CLAIM(n_there == 1);
        CLAIM(munmap(at, MIB) == 0);
    }
    char *at = map(MIB);
    CLAIM(is_all(at, 0, MIB));
    CLAIM(mprotect(at, MIB, PROT_NONE) == 0 && munmap(at, MIB) == 0);
}

/* What changes a range makes it one that is unmapped as ever. */
static void changed_ranges_are_unmapped(void)
{
    char *at = map(N);
    CLAIM(munmap(at, N / 2) == 0 && !is_mapped(at, N / 2) && is_mapped(at + N / 2, N / 2));
    CLAIM(munmap(at + N / 2, N / 2) == 0 && !is_mapped(at + N / 2, N / 2));

    at = map(N);
    CLAIM(mprotect(at + PAGE, PAGE, PROT_READ) == 0 && munmap(at, N) == 0);
    CLAIM(!is_mapped(at, PAGE));

    at = map(N);
    CLAIM(madvise(at, N, MADV_DONTFORK) == 0 && munmap(at, N) == 0);
    CLAIM(!is_mapped(at, PAGE));

    at = map(N);
    CLAIM(mlock(at + PAGE + 1, 1) == 0 && munmap(at, N) == 0 && !is_mapped(at, PAGE));

    at = map(N);
    CLAIM(mmap(at + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) == at + PAGE);
    CLAIM(munmap(at, N) == 0 && !is_mapped(at, PAGE));

    at = map(N);
    char *moved = mremap(at, N, 2 * N, MREMAP_MAYMOVE);
    CLAIM(moved != MAP_FAILED && munmap(moved, 2 * N) == 0 && !is_mapped(moved, PAGE));
    CLAIM(!is_mapped(at, PAGE));
}

/* What is changed by calls that pass libc's functions by is new again once it was unmapped:
 * memory that a Go program hands on to C is changed so. */
static void changes_behind_libc_do_not_come_back(void)
{
    char *at = map(N);
    CLAIM(syscall(SYS_mprotect, at, N, PROT_READ) == 0 && munmap(at, N) == 0);
    at = map(N);
    at[0] = 1; /* It faults if it is not writable. */
    CLAIM(munmap(at, N) == 0);

    at = map(N);
    CLAIM(syscall(SYS_munmap, at, N) == 0 && munmap(at, N) == 0);
    at = map(N);
    at[N - 1] = 1;
    CLAIM(munmap(at, N) == 0);

    const int id = shmget(IPC_PRIVATE, N, 0600);
    CLAIM(id >= 0);
    at = map(N);
    CLAIM(shmat(id, at, SHM_REMAP) == at && munmap(at, N) == 0);
    char *shared = shmat(id, NULL, 0);
    at = map(N);
    memset(at, 7, N);
    CLAIM(is_all(shared, 0, N));
    CLAIM(munmap(at, N) == 0 && shmdt(shared) == 0 && shmctl(id, IPC_RMID, NULL) == 0);
}

static void other_kinds_of_mapping_are_unmapped(void)
{
    static const struct {
        int prot, flags;
        size_t n_bytes;
    } kinds[] = {
        {PROT_READ, ANON, N},
        {RW | PROT_EXEC, ANON, N},
        {RW, MAP_SHARED | MAP_ANONYMOUS, N},
        {RW, ANON | MAP_POPULATE, N},
        {RW, ANON | MAP_NORESERVE, N},
        {RW, ANON | MAP_STACK, N},
        {RW, ANON | MAP_LOCKED, PAGE},
        {RW, ANON, MIB + PAGE},
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char *at = mmap(NULL, kinds[i].n_bytes, kinds[i].prot, kinds[i].flags, -1, 0);
        CLAIM(at != MAP_FAILED && munmap(at, kinds[i].n_bytes) == 0);
        CLAIM(!is_mapped(at, PAGE));
    }
}

/* An address that was unmapped is free, for those who name it. */
static void unmapped_addresses_are_free(void)
{
    char *at = map_and_unmap(N);
    CLAIM(mmap(at, N, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == at);
    CLAIM(is_all(at, 0, N) && munmap(at, N) == 0 && !is_mapped(at, N));

    at = map_and_unmap(N);
    CLAIM(mmap(at, N, RW, ANON, -1, 0) == at);
    CLAIM(is_all(at, 0, N) && munmap(at, N) == 0 && !is_mapped(at, N));

    /* What is put in its place belongs to the program. */
    at = map_and_unmap(N);
    CLAIM(mmap(at + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == at + PAGE);
    memset(at + PAGE, 3, PAGE);
    CLAIM(!is_mapped(at, PAGE));
    for (int i = 0; i < 200; i++) {
        char *other = map(N);
        CLAIM(other + N <= at + PAGE || other >= at + 2 * PAGE);
        memset(other, 4, N);
    }
    CLAIM(is_all(at + PAGE, 3, PAGE) && munmap(at + PAGE, PAGE) == 0);

    at = map_and_unmap(N);
    char *from = map(PAGE);
    CLAIM(mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at);
    CLAIM(!is_mapped(at + PAGE, N - PAGE));
}

/* Calls that fail for an address with nothing there go on failing. */
static void unmapped_ranges_are_not_there(void)
{
    char *at = map_and_unmap(N);
    CLAIM(munmap(at, N) == 0 && !is_mapped(at, N));
    at = map_and_unmap(N);
    CLAIM(munmap(at, 2 * PAGE) == 0 && !is_mapped(at, PAGE));
    at = map_and_unmap(N);
    CLAIM(mprotect(at, N, PROT_READ) < 0 && errno == ENOMEM);
    at = map_and_unmap(N);
    CLAIM(madvise(at, N, MADV_DONTNEED) < 0 && errno == ENOMEM);
    at = map_and_unmap(N);
    CLAIM(mremap(at, N, 2 * N, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
    CLAIM(munmap(at + 1, N) < 0 && errno == EINVAL);
    CLAIM(munmap(at, 0) < 0 && errno == EINVAL);
}

/* Unmaps two neighbours at once, of which one has been unmapped before. */
static void larger_unmaps_take_all(void)
{
    char *low = map(N);
    for (int i = 0; i < 1000; i++) {
        char *at = map(N);
        const bool is_next = at + N == low;
        char *kept = i & 1 ? at : low;
        if (is_next) {
            CLAIM(munmap(kept, N) == 0 && munmap(at, 2 * N) == 0);
            CLAIM(!is_mapped(at, N) && !is_mapped(low, N));
            return;
        }
        low = at;
    }
    CLAIM(!"the kernel maps neighbours");
}

static void forked_copies_are_apart(void)
{
    char *before = map(N);
    memset(before, 5, N);
    (void)map_and_unmap(N);
    const pid_t child = fork();
    if (child == 0) {
        char *mine = map(N);
        bool is_right = is_all(mine, 0, N);
        memset(mine, 6, N);
        is_right = is_right && munmap(mine, N) == 0 && is_all(before, 5, N);
        is_right = is_right && munmap(before, N) == 0;
        _exit(!is_right);
    }
    int status;
    CLAIM(waitpid(child, &status, 0) == child && status == 0);
    char *ours = map(N);
    CLAIM(is_all(ours, 0, N) && is_all(before, 5, N));
}

static size_t address_space(void)
{
    size_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    CLAIM(statm && fscanf(statm, "%zu", &pages) == 1);
    fclose(statm);
    return pages * PAGE;
}

static void address_space_is_given_back(void)
{
    char *ranges[4];
    for (int i = 0; i < 4; i++)
        ranges[i] = map(MIB);
    const size_t full = address_space();
    for (int i = 0; i < 4; i++)
        CLAIM(munmap(ranges[i], MIB) == 0);
    const size_t empty = address_space();
    CLAIM(full >= empty + 4 * MIB);

    const struct rlimit limit = {full, RLIM_INFINITY};
    CLAIM(setrlimit(RLIMIT_AS, &limit) == 0);
    errno = ODD_ERRNO;
    char *at = map(3 * MIB);
    CLAIM(at != MAP_FAILED && errno == ODD_ERRNO);
    CLAIM(map(64 * MIB) == MAP_FAILED && errno == ENOMEM);
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    CLAIM(setrlimit(RLIMIT_AS, &none) == 0 && munmap(at, 3 * MIB) == 0);
}

static void locked_memory_is_unmapped(void)
{
    char *at = map_and_unmap(N);
    CLAIM(mlockall(MCL_FUTURE) == 0);
    CLAIM(!is_mapped(at, N));
    at = map(N);
    CLAIM(munmap(at, N) == 0 && !is_mapped(at, N));
    CLAIM(munlockall() == 0);
}

int main(void)
{
    pages_that_nobody_touched_stay_away();
    new_ranges_are_clear();
    changed_ranges_are_unmapped();
    changes_behind_libc_do_not_come_back();
    other_kinds_of_mapping_are_unmapped();
    unmapped_addresses_are_free();
    unmapped_ranges_are_not_there();
    larger_unmaps_take_all();
    forked_copies_are_apart();
    address_space_is_given_back();
    locked_memory_is_unmapped();
    return n_failures > 0;
}
