/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every Go program in a cgroup and below it, examined.
 */
#pragma once

#include "snug/cli/command/arguments.h"

/* Of the cgroup that the arguments name. Writes what is found, or complains. Returns the
 * exit status. */
int snug_survey_make(const struct snug_arguments *arguments);
