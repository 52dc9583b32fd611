/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Needs more than its memory cgroup has, if the pages of unmapped ranges count: pressure
 * unmapped|held LIMIT USAGE_FILE. With span.cache the ranges that it has unmapped are kept,
 * and the kernel must take their pages rather than kill it. With "held" it does not unmap
 * them, and is killed: so much is needed.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, N_RANGES = 24, RANGE_BYTES = 256 << 10, MIB = 1 << 20 };
/* What it lacks, and what the kernel must take at least: its count of the use is up to 256
 * KiB too high for each CPU that has run in the cgroup. */
enum { MORE_BYTES = 5 * MIB / 2, TAKEN_BYTES = 2 * MIB };

static void stay_on_this_cpu(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0)
        exit(2);
}

static char *map(size_t n_bytes)
{
    char *ret =
        mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (ret == MAP_FAILED)
        exit(2);
    return ret;
}

static size_t read_usage(const char *path)
{
    unsigned long long usage = 0;
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%llu", &usage) != 1)
        exit(2);
    fclose(file);
    return (size_t)usage;
}

/* Pages of an unmapped range that are still there; -1 if it is not even mapped. */
static int count_pages(char *at)
{
    unsigned char is_there[RANGE_BYTES / PAGE];
    int ret = 0;
    if (mincore(at, RANGE_BYTES, is_there) < 0)
        return -1;
    for (int i = 0; i < RANGE_BYTES / PAGE; i++)
        ret += is_there[i] & 1;
    return ret;
}

int main(int argc, char **argv)
{
    static char *range[N_RANGES];
    if (argc != 4)
        return 2;
    stay_on_this_cpu();
    for (int i = 0; i < N_RANGES; i++)
        memset(range[i] = map(RANGE_BYTES), 1, RANGE_BYTES);
    for (int i = 0; i < N_RANGES && !strcmp(argv[1], "unmapped"); i++)
        if (munmap(range[i], RANGE_BYTES) < 0)
            return 2;

    const size_t n_bytes = strtoul(argv[2], NULL, 10) - read_usage(argv[3]) + MORE_BYTES;
    char *much = map(n_bytes);
    for (size_t i = 0; i < n_bytes; i += PAGE)
        much[i] = 1;

    int n_kept = 0;
    int n_taken = 0;
    for (int i = 0; i < N_RANGES; i++) {
        const int n_pages = count_pages(range[i]);
        n_kept += n_pages >= 0;
        if (n_pages >= 0)
            n_taken += RANGE_BYTES / PAGE - n_pages;
    }
    printf("kept %d ranges\n%s pages\n", n_kept,
           n_taken >= TAKEN_BYTES / PAGE ? "the kernel took their"
                                         : "the kernel left their");

    if (munmap(much, n_bytes) < 0)
        return 2;
    for (int i = 0; i < N_RANGES; i++) {
        const char *at = map(RANGE_BYTES);
        for (size_t k = 0; k < RANGE_BYTES; k++)
            if (at[k]) {
                printf("not zero\n");
                return 1;
            }
    }
    puts("all zero");
    return 0;
}
