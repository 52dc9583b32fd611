/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The conditions in Docker's seccomp profiles under which a group of calls counts:
 * `includes` and `excludes`, by capability, architecture and kernel.
 */
#pragma once

#include "snug/cli/profile/members.h"

/* Whether `group` counts on this machine, with the capabilities in the bounding set of this
 * process. 0, or -EINVAL with the complaint. */
int snug_conditions_hold(struct snug_members *members, const json_t *group, bool *ret);
