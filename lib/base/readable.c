/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel reads the page, and says EFAULT where a program would die. The call is one
 * that the Go runtime makes all the time, so that no filter refuses it, with a `how` that
 * does not exist: it reads its eight bytes, and changes nothing.
 */
#include <errno.h>
#include <sys/mman.h>

#include "snug/base/readable.h"
#include "snug/base/sys.h"

enum { NO_SUCH_HOW = -1, SET_BYTES = 8 };

static bool is_readable(uintptr_t page)
{
    return snug_sys_rt_sigprocmask(NO_SUCH_HOW, (const void *)page, NULL, SET_BYTES) ==
           -EINVAL;
}

bool snug_readable_covers(struct snug_readable *run, uintptr_t at, size_t n_bytes)
{
    uintptr_t end;
    if (__builtin_add_overflow(at, n_bytes, &end) ||
        end > UINTPTR_MAX - SNUG_READABLE_PAGE_BYTES)
        return false;
    if (at < run->from || at > run->to)
        run->from = run->to = at & -(uintptr_t)SNUG_READABLE_PAGE_BYTES;
    while (run->to < end) {
        if (!is_readable(run->to))
            return false;
        run->to += SNUG_READABLE_PAGE_BYTES;
    }
    return true;
}

bool snug_readable_has(uintptr_t at, size_t n_bytes)
{
    struct snug_readable run = {0};
    const uintptr_t page = at & -(uintptr_t)SNUG_READABLE_PAGE_BYTES;
    return snug_sys_madvise((void *)page, n_bytes + (at - page), MADV_POPULATE_READ) == 0 ||
           snug_readable_covers(&run, at, n_bytes);
}
