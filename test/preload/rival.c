/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Another allocator in LD_PRELOAD, as far as anybody can tell: its malloc is not glibc's.
 */
#include <stdlib.h>

#ifdef __GLIBC__
extern void *__libc_malloc(size_t n_bytes);

void *malloc(size_t n_bytes)
{
    return __libc_malloc(n_bytes);
}
#endif
