/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPUs that could only be plugged in.
 */
#pragma once

#include "snug/facts/facts.h"

/* Takes from the allowed CPUs those that sys/devices/system/cpu/online does not name. To be
 * called where they come from proc/self/status. Leaves them as they are if that file cannot
 * be read, or if none would be left. */
void snug_online_cut(const struct snug_root *root, struct snug_cpu_facts *cpu);
