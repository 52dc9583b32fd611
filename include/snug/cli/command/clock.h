/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Time that only goes forward, for intervals and patience: CLOCK_MONOTONIC, which is always
 * there, since a moment in the past.
 */
#pragma once

#include <stdint.h>

enum { SNUG_CLOCK_NS_PER_S = 1000000000 };

uint64_t snug_clock_ns(void);
uint64_t snug_clock_ms(void);
