/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mmap and munmap: every mapping of the Go runtime in a cgo program passes here, on g0,
 * with runtime locks held. They end the start window.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/cache.h"
#include "snug/heap.h"
#include "snug/next.h"
#include "snug/ranges.h"
#include "snug/start.h"
#include "snug/sys.h"
#include "snug/window.h"

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
void *mmap64(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *at, size_t n_bytes);

/* With span.cache or span.align, what is kept must not be the reason why a call fails. */
static void *map(enum snug_next_name name, const void *caller, void *at, size_t n_bytes,
                 int prot, int flags, int fd, off_t offset)
{
    static void *const failed = (void *)-1;
    snug_start_see_mapping(caller, at, n_bytes, prot, flags);

    const struct snug_plan *plan = snug_start_plan();
    if (plan && plan->watches_heap && !snug_heap_allows(at, n_bytes, prot, flags)) {
        snug_next_set_errno(ENOMEM);
        return failed;
    }
    const bool is_armed = snug_cache_is_armed();
    bool is_range = false;
    if (is_armed) {
        is_range = snug_ranges_match(at, prot, flags, fd, offset) &&
                   !snug_ranges_know(caller, n_bytes);
        void *range = is_range ? snug_ranges_make(n_bytes) : NULL;
        if (range)
            return range;
        if (at)
            snug_cache_forget(at, n_bytes);
    }

    void *(*next)(void *, size_t, int, int, int, off_t) = snug_next_find(name);
    const int error = snug_next_errno();
    void *ret;
    do {
        snug_next_set_errno(error);
        if (next) {
            ret = next(at, n_bytes, prot, flags, fd, offset);
            continue;
        }
        ret = (void *)snug_sys_mmap(at, n_bytes, prot, flags, fd, offset);
        if ((unsigned long)ret > -4096ul) {
            snug_next_set_errno(-(int)(long)ret);
            ret = failed;
        }
    } while (is_armed && ret == failed && snug_next_errno() == ENOMEM &&
             snug_cache_release());
    if (is_armed && ret != failed)
        snug_cache_record(ret, n_bytes, is_range);
    if (plan && plan->watches_heap && ret != failed)
        snug_heap_see_mapping(ret, n_bytes, prot, flags);
    return ret;
}

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset)
{
    return map(SNUG_NEXT_MMAP, __builtin_return_address(0), at, n_bytes, prot, flags, fd,
               offset);
}

/* glibc's second name, for programs built with 64-bit file offsets. */
void *mmap64(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset)
{
    return map(SNUG_NEXT_MMAP64, __builtin_return_address(0), at, n_bytes, prot, flags, fd,
               offset);
}

int munmap(void *at, size_t n_bytes)
{
    snug_window_close();
    if (snug_cache_is_armed() && snug_cache_keep(at, n_bytes))
        return 0;
    const struct snug_plan *plan = snug_start_plan();
    if (plan && plan->watches_heap)
        snug_heap_see_unmapping(at, n_bytes);

    int (*next)(void *, size_t) = snug_next_find(SNUG_NEXT_MUNMAP);
    if (next)
        return next(at, n_bytes);

    const long r = snug_sys_munmap(at, n_bytes);
    if (r < 0)
        snug_next_set_errno((int)-r);
    return r < 0 ? -1 : 0;
}
