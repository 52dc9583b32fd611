/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of reservations under many threads: arenas_crowd SECONDS. Built with
 * ThreadSanitizer, which ends the program at a data race. Each thread owns an address range
 * in which it reserves, grows, trims and gives back; nobody else's work may ever be seen.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "snug/apply/arenas.h"

enum { N_THREADS = 64, CHUNKS_OF_ARENA = 16, SHIFT_CHUNKS = 7 };

static const size_t chunk_bytes = SNUG_ARENAS_CHUNK_BYTES;
static const size_t arena_bytes = SNUG_ARENAS_ARENA_BYTES;
static _Atomic bool is_over;
static _Atomic unsigned long n_rounds;

static void check(bool is_right, const char *what)
{
    if (is_right)
        return;
    (void)fprintf(stderr, "%s\n", what);
    exit(1);
}

static void work_in(const char *base)
{
    check(snug_arenas_add(base, arena_bytes), "no room");
    check(snug_arenas_have(base, arena_bytes), "the arena is lost");

    const char *hole = base + 5 * chunk_bytes;
    snug_arenas_remove(hole, chunk_bytes);
    check(!snug_arenas_have(hole, chunk_bytes), "what was given back is there");
    check(snug_arenas_have(base, 5 * chunk_bytes), "what is below is lost");
    check(snug_arenas_have(hole + chunk_bytes, 10 * chunk_bytes), "what is above is lost");
    snug_arenas_remove(base, arena_bytes);
    for (size_t i = 0; i < CHUNKS_OF_ARENA; i++)
        check(!snug_arenas_have(base + i * chunk_bytes, chunk_bytes), "something is left");
}

static void *run(void *argument)
{
    while (!atomic_load(&is_over)) {
        work_in(argument);
        atomic_fetch_add_explicit(&n_rounds, 1, memory_order_relaxed);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    pthread_t thread[N_THREADS];
    for (uintptr_t i = 0; i < N_THREADS; i++) {
        /* Two neighbours share an arena, and so a word of the table. */
        const uintptr_t base = 0xc000000000 + SHIFT_CHUNKS * chunk_bytes + i * arena_bytes;
        check(!pthread_create(&thread[i], NULL, run, (void *)base), "no thread");
    }
    const struct timespec duration = {.tv_sec = atoi(argv[1])};
    (void)nanosleep(&duration, NULL);
    atomic_store(&is_over, true);
    for (unsigned i = 0; i < N_THREADS; i++)
        (void)pthread_join(thread[i], NULL);
    (void)printf("%lu rounds\n", atomic_load(&n_rounds));
    return atomic_load(&n_rounds) < N_THREADS;
}
