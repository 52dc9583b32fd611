/* SPDX-License-Identifier: LGPL-2.1-or-later
 * More is mapped than asked for, and both ends are cut off.
 */
#include <stdint.h>
#include <sys/mman.h>

#include "snug/apply/align.h"
#include "snug/base/sys.h"

void *snug_align_map(size_t n_bytes, size_t align_bytes, size_t page_bytes)
{
    if (n_bytes > PTRDIFF_MAX)
        return NULL;
    const size_t whole = (n_bytes + page_bytes - 1) & ~(page_bytes - 1);
    const size_t room = whole + align_bytes - page_bytes;
    const long r = snug_sys_mmap(NULL, room, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r < 0)
        return NULL;

    char *low = (char *)r;
    char *high = low + room;
    char *at = low + (-(uintptr_t)low & (align_bytes - 1));
    if (at == low || snug_sys_munmap(low, (size_t)(at - low)) == 0) {
        low = at;
        at += whole;
        if (at == high || snug_sys_munmap(at, (size_t)(high - at)) == 0)
            return low;
    }
    /* Cutting takes memory, so it can fail; unmapping the whole takes none. */
    (void)snug_sys_munmap(low, (size_t)(high - low));
    return NULL;
}
