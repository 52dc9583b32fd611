/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is mapped where in a process.
 */
#pragma once

#include "snug/base/file.h"

/* The path of the file that is mapped at `address`, as the kernel writes it; {NULL, 0} if
 * there is none, it cannot be read, or it does not fit in `size` - 1 bytes. */
struct snug_text snug_maps_path(const struct snug_root *root, const void *address,
                                size_t size, char *ret_buf);
