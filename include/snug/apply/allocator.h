/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many arenas the malloc of glibc makes.
 */
#pragma once

#include <stdbool.h>

/* Once, at the start. False, and nothing is changed, where another allocator serves the
 * program, as musl's or a library's in LD_PRELOAD. */
bool snug_allocator_limit(unsigned most_arenas);
