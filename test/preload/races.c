/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cache under ThreadSanitizer: races THREADS CYCLES. Threads take ranges from one table
 * and write to them without any order but what the table gives, so a range that two threads
 * have at once, or one that comes back before the last owner's writes, is a data race. The
 * kernel's calls go through libc here, since the sanitizer must see them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "snug/apply/cache.h"
#include "snug/base/sys.h"

enum { PAGE = 4096, THREADS_MAX = 64, N_HELD = 3, BOUND_BYTES = 1 << 20 };

static int n_cycles;

long snug_sys_munmap(void *at, size_t n_bytes)
{
    return munmap(at, n_bytes) ? -errno : 0;
}

long snug_sys_madvise(void *at, size_t n_bytes, int advice)
{
    return madvise(at, n_bytes, advice) ? -errno : 0;
}

long snug_sys_mincore(void *at, size_t n_bytes, unsigned char *ret_pages)
{
    return mincore(at, n_bytes, ret_pages) ? -errno : 0;
}

long snug_sys_sched_yield(void)
{
    return sched_yield();
}

static void fail(const char *what)
{
    puts(what);
    exit(1);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static char *map(size_t n_bytes)
{
    char *ret = snug_cache_take(n_bytes);
    if (ret)
        return ret;
    ret = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (ret == MAP_FAILED)
        fail("no memory");
    snug_cache_record(ret, n_bytes, true);
    return ret;
}

static void unmap(char *at, size_t n_bytes)
{
    if (!snug_cache_keep(at, n_bytes) && munmap(at, n_bytes) < 0)
        fail("munmap");
}

static void *work(void *argument)
{
    uint32_t seed = (uint32_t)(uintptr_t)argument;
    char *held[N_HELD] = {0};
    size_t n_bytes[N_HELD] = {0};
    for (int i = 0; i < n_cycles; i++) {
        const uint32_t k = draw(&seed, N_HELD);
        if (held[k]) {
            const uint32_t step = draw(&seed, 40);
            if (step == 0)
                snug_cache_forget(held[k], n_bytes[k]);
            if (step == 1)
                (void)snug_cache_release();
            held[k][PAGE - 1]++;
            unmap(held[k], n_bytes[k]);
            held[k] = NULL;
        } else {
            n_bytes[k] = (1 + draw(&seed, 12)) * PAGE;
            held[k] = map(n_bytes[k]);
            for (size_t at = 0; at < n_bytes[k]; at += PAGE / 4)
                if (held[k][at]++)
                    fail("not zero");
        }
        if (snug_cache_kept_bytes() > BOUND_BYTES + THREADS_MAX * 12 * PAGE)
            fail("too much is kept");
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct snug_range_plan plan = {
        .cache_bytes = BOUND_BYTES,
        .resident_bytes = BOUND_BYTES / 4,
    };
    pthread_t threads[THREADS_MAX];
    const int n_threads = argc == 3 ? atoi(argv[1]) : 0;
    if (n_threads < 1 || n_threads > THREADS_MAX)
        return 2;
    n_cycles = atoi(argv[2]);
    snug_cache_arm(&plan, PAGE);
    for (int i = 0; i < n_threads; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)(i + 1)))
            return 2;
    for (int i = 0; i < n_threads; i++)
        pthread_join(threads[i], NULL);
    snug_cache_stop();
    if (snug_cache_kept_bytes())
        fail("something is left");
    puts("no race");
    return 0;
}
