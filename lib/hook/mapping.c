/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mmap and munmap: every mapping of the Go runtime in a cgo program passes here, on g0,
 * with runtime locks held. They end the start window.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/next.h"
#include "snug/start.h"
#include "snug/sys.h"
#include "snug/window.h"

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
void *mmap64(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *at, size_t n_bytes);

static void *map(enum snug_next_name name, const void *caller, void *at, size_t n_bytes,
                 int prot, int flags, int fd, off_t offset)
{
    snug_start_see_mapping(caller, at, n_bytes, prot, flags);

    void *(*next)(void *, size_t, int, int, int, off_t) = snug_next_find(name);
    if (next)
        return next(at, n_bytes, prot, flags, fd, offset);

    const long r = snug_sys_mmap(at, n_bytes, prot, flags, fd, offset);
    if (r < 0 && r > -4096) {
        snug_next_set_errno((int)-r);
        return (void *)-1;
    }
    return (void *)r;
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

    int (*next)(void *, size_t) = snug_next_find(SNUG_NEXT_MUNMAP);
    if (next)
        return next(at, n_bytes);

    const long r = snug_sys_munmap(at, n_bytes);
    if (r < 0)
        snug_next_set_errno((int)-r);
    return r < 0 ? -1 : 0;
}
