/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mmap and munmap: every mapping of the Go runtime in a cgo program passes here, on g0,
 * with runtime locks held. They end the start window. Once no mapping is of interest any
 * more, they are a jump.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/apply/caller.h"
#include "snug/apply/heap.h"
#include "snug/apply/ranges.h"
#include "snug/apply/start.h"
#include "snug/apply/window.h"
#include "snug/base/sys.h"
#include "snug/hook/next.h"

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *at, size_t n_bytes);

/* glibc's second name for the same function, which programs with 64-bit offsets use. */
void *mmap64(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset)
    __attribute__((alias("mmap")));

typedef void *mmap_function(void *, size_t, int, int, int, off_t);
typedef int munmap_function(void *, size_t);

/* The next definitions, once snug_start_is_settled. */
static mmap_function *_Atomic settled_mmap;
static munmap_function *_Atomic settled_munmap;

/* Where there is no next definition. */
static void *map_by_kernel(void *at, size_t n_bytes, int prot, int flags, int fd,
                           off_t offset)
{
    void *ret = (void *)snug_sys_mmap(at, n_bytes, prot, flags, fd, offset);
    if ((unsigned long)ret <= -4096ul)
        return ret;
    snug_next_set_errno(-(int)(long)ret);
    return (void *)-1;
}

static bool watches_heap(void)
{
    const struct snug_plan *plan = snug_start_plan();
    return plan && plan->watches_heap;
}

static void *map_watched(mmap_function *next, const void *caller, void *at, size_t n_bytes,
                         int prot, int flags, int fd, off_t offset)
{
    static void *const failed = (void *)-1;
    const bool is_watched = watches_heap() && snug_caller_is_runtime(caller);
    if (is_watched && !snug_heap_allows(at, n_bytes, prot, flags)) {
        snug_next_set_errno(ENOMEM);
        return failed;
    }
    void *ret = NULL;
    if (snug_ranges_match(at, prot, flags, fd, offset) &&
        !snug_caller_may_be_runtime(caller))
        ret = snug_ranges_make(n_bytes);
    if (!ret)
        ret = next(at, n_bytes, prot, flags, fd, offset);
    if (is_watched && ret != failed)
        snug_heap_see_mapping(ret, n_bytes, prot, flags);
    return ret;
}

__attribute__((noinline)) static void *map(const void *caller, void *at, size_t n_bytes,
                                           int prot, int flags, int fd, off_t offset)
{
    snug_start_see_mapping(caller, at, n_bytes, prot, flags);
    mmap_function *next = snug_next_find(SNUG_NEXT_MMAP);
    if (!next)
        return map_by_kernel(at, n_bytes, prot, flags, fd, offset);
    if (snug_start_is_settled())
        atomic_store_explicit(&settled_mmap, next, memory_order_relaxed);
    return map_watched(next, caller, at, n_bytes, prot, flags, fd, offset);
}

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset)
{
    mmap_function *next = atomic_load_explicit(&settled_mmap, memory_order_relaxed);
    if (next)
        return next(at, n_bytes, prot, flags, fd, offset);
    return map(__builtin_return_address(0), at, n_bytes, prot, flags, fd, offset);
}

__attribute__((noinline)) static int unmap(void *at, size_t n_bytes)
{
    snug_window_close();
    if (watches_heap())
        snug_heap_see_unmapping(at, n_bytes);

    munmap_function *next = snug_next_find(SNUG_NEXT_MUNMAP);
    if (next && snug_start_is_settled())
        atomic_store_explicit(&settled_munmap, next, memory_order_relaxed);
    if (next)
        return next(at, n_bytes);

    const long r = snug_sys_munmap(at, n_bytes);
    if (r < 0)
        snug_next_set_errno((int)-r);
    return r < 0 ? -1 : 0;
}

int munmap(void *at, size_t n_bytes)
{
    munmap_function *next = atomic_load_explicit(&settled_munmap, memory_order_relaxed);
    return next ? next(at, n_bytes) : unmap(at, n_bytes);
}
