/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a pthread_attr_t has at most 16 words, a pthread_t is one; glibc takes
 * thread-local data out of the stack that was asked for and says by __pthread_get_minstack
 * how much that is, musl adds them.
 * Relied on by: lib/apply/crew.c
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

enum { WORDS = 16, STACK_BYTES = 256 << 10, DATA_BYTES = 128 << 10 };

static _Thread_local volatile char data[DATA_BYTES];

/* How far its data lie from its frame. */
static void *run(void *unused)
{
    (void)unused;
    data[0] = 1;
    const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    return (void *)((uintptr_t)data - frame);
}

int main(void)
{
    const char *libc = getenv("FACTS_LIBC");
    const bool is_glibc = !libc || strcmp(libc, "glibc") == 0;
    size_t (*least)(const pthread_attr_t *) = dlsym(RTLD_DEFAULT, "__pthread_get_minstack");
    pthread_attr_t attr;
    pthread_t thread;
    void *distance = NULL;
    fact_expect(sizeof attr <= WORDS * sizeof(long), "a pthread_attr_t has %zu bytes",
                sizeof attr);
    fact_expect(sizeof thread == sizeof(long), "a pthread_t has %zu bytes", sizeof thread);
    fact_expect(is_glibc == (least != NULL), "__pthread_get_minstack is %s",
                least ? "there" : "missing");

    pthread_attr_init(&attr);
    if (least)
        fact_expect(least(&attr) >= (size_t)DATA_BYTES + (size_t)PTHREAD_STACK_MIN,
                    "it says %zu", least(&attr));
    /* With the data taken out of it nothing is left. */
    pthread_attr_setstacksize(&attr, DATA_BYTES);
    const int r = pthread_create(&thread, &attr, run, NULL);
    if (r == 0)
        pthread_join(thread, &distance);
    size_t asked = 0;
    pthread_attr_getstacksize(&attr, &asked);
    fact_expect(is_glibc || r == 0, "musl refuses: %s", strerror(r));
    fact_expect(!is_glibc || r != 0,
                "glibc makes a thread with %zu bytes of which %d are data", asked,
                DATA_BYTES);

    pthread_attr_setstacksize(&attr, STACK_BYTES + (least ? least(&attr) : 0));
    fact_expect(pthread_create(&thread, &attr, run, NULL) == 0,
                "with enough it is refused");
    pthread_join(thread, &distance);
    return fact_result();
}
