/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the arguments of `snug run --init` ask of it.
 */
#pragma once

#include "snug/cli/command/arguments.h"
#include "snug/cli/run/init.h"

/* 0, or -EINVAL with one sentence, without a newline, in `ret_complaint`. */
int snug_supervision_read(const struct snug_arguments *arguments, size_t size,
                          char *ret_complaint, struct snug_init *ret);
