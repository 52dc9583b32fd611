/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many threads that map, change and unmap ranges at the same time: crowd THREADS SECONDS.
 * Each writes its own mark into what it has, and looks whether it is still there; what is
 * new must be zero. Says what went wrong, or how much was done.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, N_RANGES = 6, PAGES_MAX = 256, THREADS_MAX = 64 };
enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

struct range {
    uint64_t *at;
    size_t n_pages;
};

struct worker {
    uint64_t mark; /* Of this thread, and of what it did last. */
    uint64_t random;
    struct range range[N_RANGES];
    uint64_t n_done;
};

static _Atomic bool is_over;

static void fail(const char *what, const void *at)
{
    printf("%s at %p\n", what, at);
    fflush(stdout);
    _exit(1);
}

static uint64_t draw(struct worker *worker, uint64_t below)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random % below;
}

/* Three words of each page stand for all. */
static void check(const uint64_t *at, size_t n_pages, uint64_t mark, const char *what)
{
    for (size_t page = 0; page < n_pages; page++) {
        const uint64_t *word = at + page * (PAGE / 8);
        if (word[0] != mark || word[77] != mark || word[PAGE / 8 - 1] != mark)
            fail(what, word);
    }
}

static void fill(struct worker *worker, struct range *range)
{
    for (size_t page = 0; page < range->n_pages; page++) {
        uint64_t *word = range->at + page * (PAGE / 8);
        word[0] = word[77] = word[PAGE / 8 - 1] = worker->mark;
    }
}

static void take(struct worker *worker, struct range *range, void *at)
{
    if (at == MAP_FAILED)
        fail("no memory", at);
    range->at = at;
    check(range->at, range->n_pages, 0, "not zero");
    fill(worker, range);
}

static void map(struct worker *worker, struct range *range)
{
    /* Few lengths, so that many fit each other. */
    range->n_pages = draw(worker, 8) ? 1 + draw(worker, 6) : 1 + draw(worker, PAGES_MAX);
    take(worker, range, mmap(NULL, range->n_pages * PAGE, RW, ANON, -1, 0));
}

static void unmap(struct range *range, size_t skip)
{
    if (munmap((char *)range->at + skip * PAGE, (range->n_pages - skip) * PAGE) < 0)
        fail("munmap", range->at);
    range->at = NULL;
}

/* At the very address that was unmapped: it succeeds or it does not, but what is there is
 * new. */
static void map_again(struct worker *worker, struct range *range, int flags)
{
    void *at = range->at;
    unmap(range, 0);
    void *again = mmap(at, range->n_pages * PAGE, RW, ANON | flags, -1, 0);
    if (again != MAP_FAILED)
        take(worker, range, again);
}

static void resize(struct range *range, size_t n_pages)
{
    void *at = mremap(range->at, range->n_pages * PAGE, n_pages * PAGE, MREMAP_MAYMOVE);
    if (at == MAP_FAILED)
        fail("mremap", range->at);
    range->at = at;
    range->n_pages = n_pages;
}

static void copy_process(struct worker *worker)
{
    const pid_t child = fork();
    if (child < 0)
        return;
    if (child == 0) {
        for (int i = 0; i < N_RANGES; i++)
            if (worker->range[i].at) {
                check(worker->range[i].at, worker->range[i].n_pages, worker->mark, "child");
                unmap(&worker->range[i], 0);
            }
        for (int i = 0; i < 20; i++) {
            struct range range;
            map(worker, &range);
            unmap(&range, 0);
        }
        _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status)
        fail("a child failed", NULL);
}

static void change(struct worker *worker, struct range *range)
{
    const size_t n_bytes = range->n_pages * PAGE;
    switch (draw(worker, 12)) {
    case 0:
        if (range->n_pages > 1) {
            if (munmap(range->at, PAGE) < 0)
                fail("munmap of a part", range->at);
            unmap(range, 1);
        }
        break;
    case 1:
        map_again(worker, range, 0);
        break;
    case 2:
        map_again(worker, range, MAP_FIXED_NOREPLACE);
        break;
    case 3:
        if (mprotect(range->at, PAGE, PROT_READ) < 0 ||
            mprotect(range->at, n_bytes, RW) < 0)
            fail("mprotect", range->at);
        break;
    case 4:
        if (mmap(range->at, n_bytes, RW, ANON | MAP_FIXED, -1, 0) != (void *)range->at)
            fail("MAP_FIXED", range->at);
        take(worker, range, range->at);
        break;
    case 5:
        if (range->n_pages > 1)
            resize(range, 1 + draw(worker, range->n_pages - 1));
        break;
    case 6: {
        const size_t before = range->n_pages;
        resize(range, before + 3);
        check(range->at + before * (PAGE / 8), 3, 0, "grown and not zero");
        fill(worker, range);
        break;
    }
    case 7:
        if (madvise(range->at, n_bytes, MADV_DONTNEED) < 0)
            fail("madvise", range->at);
        take(worker, range, range->at);
        break;
    case 8:
        if (!draw(worker, 200))
            copy_process(worker);
        break;
    default:
        unmap(range, 0);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
        struct range *range = &worker->range[draw(worker, N_RANGES)];
        if (range->at)
            check(range->at, range->n_pages, worker->mark, "someone else's");
        if (!range->at)
            map(worker, range);
        else if (draw(worker, 3))
            unmap(range, 0);
        else
            change(worker, range);
        worker->n_done++;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct worker workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    const int n_threads = argc == 3 ? atoi(argv[1]) : 0;
    if (n_threads < 1 || n_threads > THREADS_MAX)
        return 2;
    for (int i = 0; i < n_threads; i++) {
        workers[i].mark = 0x0101010101010101u * (unsigned)(i + 1);
        workers[i].random = workers[i].mark;
        if (pthread_create(&threads[i], NULL, work, &workers[i]))
            return 2;
    }
    /* Signals come where this is a part of a Go program. */
    struct timespec left = {.tv_sec = atoi(argv[2])};
    while (nanosleep(&left, &left) < 0) {
    }
    atomic_store(&is_over, true);

    uint64_t n_done = 0;
    for (int i = 0; i < n_threads; i++) {
        pthread_join(threads[i], NULL);
        n_done += workers[i].n_done;
    }
    printf("%d threads, %llu steps\n", n_threads, (unsigned long long)n_done);
    return 0;
}
