/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/status, read once: what the process may do, and on which CPUs.
 */
#pragma once

#include "snug/facts/facts.h"

/* Cannot fail. `ret_allowed` is empty if the file does not tell, for `ret_allowed_why`. */
void snug_privileges_read(const struct snug_root *root, struct snug_privilege_facts *ret,
                          struct snug_cpus *ret_allowed, enum snug_why *ret_allowed_why);
