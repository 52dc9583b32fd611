/* SPDX-License-Identifier: LGPL-2.1-or-later
 * glibc's malloc makes up to eight arenas for each CPU of the machine, 64 MiB of addresses
 * each, and what is free in one serves no thread of another. What surprises: it is told
 * before any other thread runs, since glibc settles the number when it makes the second
 * arena.
 */
#include "snug/apply/allocator.h"
#include "snug/base/objects.h"

enum { ARENA_MAX = -8 }; /* M_ARENA_MAX; musl's headers do not have it. */

typedef int mallopt_function(int parameter, int value);

bool snug_allocator_limit(unsigned most_arenas)
{
    mallopt_function *mallopt = (mallopt_function *)snug_objects_beside(
        "gnu_get_libc_version", "malloc", "mallopt");
    return mallopt && mallopt(ARENA_MAX, (int)most_arenas);
}
