/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Nanoseconds to map a range, write a word to each page and unmap it again: churn KIB
 * THREADS. The shortest of several rounds, in each of which all threads do the same at the
 * same time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { N_ROUNDS = 7, PAGE_BYTES = 4096, ROUND_BYTES = 64 << 20, THREADS_MAX = 64 };

static size_t n_bytes;
static int n_cycles;

static long long now_nsec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *churn(void *nothing)
{
    (void)nothing;
    for (int i = 0; i < n_cycles; i++) {
        char *at =
            mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED)
            abort();
        for (size_t page = 0; page < n_bytes; page += PAGE_BYTES)
            at[page] = 1;
        if (munmap(at, n_bytes) < 0)
            abort();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 1;
    n_bytes = (size_t)atol(argv[1]) << 10;
    const int n_threads = atoi(argv[2]);
    if (n_threads > THREADS_MAX)
        return 1;
    n_cycles = (int)(ROUND_BYTES / n_bytes);

    long long best_nsec = 0;
    for (int round = 0; round < N_ROUNDS; round++) {
        pthread_t threads[THREADS_MAX];
        const long long start_nsec = now_nsec();
        for (int i = 0; i < n_threads; i++)
            if (pthread_create(&threads[i], NULL, churn, NULL))
                return 1;
        for (int i = 0; i < n_threads; i++)
            pthread_join(threads[i], NULL);
        const long long nsec = (now_nsec() - start_nsec) / n_cycles;
        if (!best_nsec || nsec < best_nsec)
            best_nsec = nsec;
    }
    printf("%lld\n", best_nsec);
    return 0;
}
