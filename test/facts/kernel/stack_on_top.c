/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: the start vector lies at most 64 MiB above the first thread's frames, and further
 * than that above all that is mapped later: other threads' stacks, memory that malloc
 * gives.
 * Relied on by: lib/apply/start.c
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fact.h"

extern char **environ;

static const uintptr_t near_bytes = 64u << 20;

static uintptr_t below_vector(const void *address)
{
    return (uintptr_t)environ - (uintptr_t)address;
}

static void *run(void *unused)
{
    fact_expect(below_vector(__builtin_frame_address(0)) >= near_bytes,
                "a thread's stack lies %#lx below",
                below_vector(__builtin_frame_address(0)));
    return unused;
}

int main(void)
{
    fact_expect(below_vector(__builtin_frame_address(0)) < near_bytes,
                "the frame lies %#lx below", below_vector(__builtin_frame_address(0)));
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        fact_lacks("a second thread");
    pthread_join(thread, NULL);

    const void *mapped = mmap(NULL, 1 << 12, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const void *little = malloc(1);
    fact_expect(below_vector(mapped) >= near_bytes, "a mapping lies %#lx below",
                below_vector(mapped));
    fact_expect(below_vector(little) >= near_bytes, "the heap lies %#lx below",
                below_vector(little));
    return fact_result();
}
