/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Help texts.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/command/arguments.h"

void snug_help_write(FILE *out);
void snug_help_write_command(enum snug_command command, FILE *out);

/* Every policy key with its values, default and meaning, from the option table. */
void snug_help_write_keys(FILE *out);

/* "snug COMMAND: complaint" and where to read on, on standard error. Returns
 * SNUG_EXIT_FAILURE. */
int snug_help_complain(enum snug_command command, const char *complaint);
