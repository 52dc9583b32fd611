/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The floor of a memory limit that shrinks. A collector whose limit lies below the live
 * heap runs without end.
 */
#pragma once

#include <stdint.h>

/* The limit to give to the runtime where `target_bytes` is planned for a kernel's limit of
 * `limit_bytes`, 0 if there is none or it is not known: the target, or more if the heap
 * needs it, at the expense of the headroom. `live_bytes` is what the last collection found
 * alive and `held_bytes` the memory that the process holds; 0 for either if it is not
 * known. */
uint64_t snug_floor_raise(uint64_t target_bytes, uint64_t limit_bytes, uint64_t live_bytes,
                          uint64_t held_bytes);
