/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: /proc/self/task has a link for each thread that lives, and two more.
 * Relied on by: lib/apply/threads.c
 */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

enum { N_THREADS = 5, LINKS_OF_EMPTY = 2 };

static pthread_barrier_t barrier;

static unsigned long links(void)
{
    struct stat status;
    if (stat("/proc/self/task", &status) < 0)
        fact_lacks("/proc");
    return status.st_nlink;
}

static void *run(void *unused)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return unused;
}

int main(void)
{
    pthread_t thread[N_THREADS];
    fact_expect(links() == LINKS_OF_EMPTY + 1, "with one thread it has %lu links", links());
    pthread_barrier_init(&barrier, NULL, N_THREADS + 1);
    for (int i = 0; i < N_THREADS; i++)
        pthread_create(&thread[i], NULL, run, NULL);
    pthread_barrier_wait(&barrier);
    fact_expect(links() == LINKS_OF_EMPTY + 1 + N_THREADS,
                "with %d threads it has %lu links", 1 + N_THREADS, links());
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(thread[i], NULL);
    return fact_result();
}
