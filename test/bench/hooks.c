/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What hooked calls cost: hooks CALL THREADS ROUNDS. Each thread makes ROUNDS rounds of
 * 2000 calls; prints a line a round and thread, nanoseconds of CPU time a call. Each CALL
 * is what belongs together: "mmap" is with its munmap, "pthread_create" with the join.
 *
 * Built with LOOKS_LIKE_GO it is taken for a Go program, and its calls for those of the
 * runtime, for it begins with the mappings that the runtime begins with
 * (lib/apply/caller.c).
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#ifdef LOOKS_LIKE_GO
#include "../cli/looks_like_go.h"
#endif

enum { N_CALLS = 2000, N_THREADS_MAX = 64, N_ROUNDS_MAX = 1000, PAGE_BYTES = 4096 };

static pthread_barrier_t barrier;
static void (*call)(void);
static int n_rounds;
static long long nsec[N_THREADS_MAX][N_ROUNDS_MAX];

/* One place for all mappings: by its place a caller is known. */
__attribute__((noinline)) static void *map(void *at, size_t n_bytes, int prot,
                                           int more_flags)
{
    void *ret = mmap(at, n_bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | more_flags, -1, 0);
    if (ret == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return ret;
}

static void call_mmap(void)
{
    munmap(map(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, 0), PAGE_BYTES);
}

static void call_prctl(void)
{
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) < 0)
        exit(1);
}

static void call_sched_getaffinity(void)
{
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) < 0)
        exit(1);
}

static void *end_at_once(void *unused)
{
    return unused;
}

static void call_pthread_create(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_at_once, NULL) || pthread_join(thread, NULL))
        exit(1);
}

static long long used_nsec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *work(void *results)
{
    long long *const ret = results;
    for (int round = 0; round < n_rounds; round++) {
        pthread_barrier_wait(&barrier);
        const long long start_nsec = used_nsec();
        for (int i = 0; i < N_CALLS; i++)
            call();
        ret[round] = (used_nsec() - start_nsec) / N_CALLS;
    }
    return NULL;
}

static void choose(const char *name)
{
    static const struct {
        const char *name;
        void (*call)(void);
    } calls[] = {
        {"mmap", call_mmap},
        {"prctl", call_prctl},
        {"sched_getaffinity", call_sched_getaffinity},
        {"pthread_create", call_pthread_create},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!strcmp(name, calls[i].name))
            call = calls[i].call;
}

int main(int argc, char **argv)
{
#ifdef LOOKS_LIKE_GO
    map(NULL, 256 << 10, PROT_READ | PROT_WRITE, 0);
    map(NULL, 128 << 10, PROT_NONE, 0);
    map(NULL, 1 << 20, PROT_NONE, 0);
#endif
    if (argc == 4)
        choose(argv[1]);
    const int n_threads = argc == 4 ? atoi(argv[2]) : 0;
    n_rounds = argc == 4 ? atoi(argv[3]) : 0;
    if (!call || n_threads < 1 || n_threads > N_THREADS_MAX || n_rounds < 1 ||
        n_rounds > N_ROUNDS_MAX) {
        fputs("usage: hooks mmap|prctl|sched_getaffinity|pthread_create THREADS ROUNDS\n",
              stderr);
        return 2;
    }

    pthread_barrier_init(&barrier, NULL, (unsigned)n_threads);
    pthread_t thread[N_THREADS_MAX];
    for (int i = 1; i < n_threads; i++)
        if (pthread_create(&thread[i], NULL, work, nsec[i]))
            return 1;
    work(nsec[0]);
    for (int i = 1; i < n_threads; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < n_threads; i++)
        for (int round = 0; round < n_rounds; round++)
            printf("%lld\n", nsec[i][round]);
    return 0;
}
