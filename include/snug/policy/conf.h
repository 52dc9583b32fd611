/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a policy file.
 */
#pragma once

#include "snug/policy/policy.h"

/* Takes every good line of the file into the policy and complains about the others. `fd`
 * stays open. Sections count if their pattern matches `program`, without the mark of one
 * that was replaced. */
void snug_conf_read(struct snug_policy *policy, int fd, struct snug_text program);
