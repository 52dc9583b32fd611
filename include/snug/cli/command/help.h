/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Help texts.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "snug/cli/command/arguments.h"

/* Enough for every complaint about arguments. */
enum { SNUG_COMPLAINT_BYTES = 160 };

void snug_help_write(FILE *out);
void snug_help_write_command(enum snug_command command, FILE *out);

/* Every policy key with its values, default and meaning, from the option table. */
void snug_help_write_keys(FILE *out);

/* What the command is called. */
const char *snug_help_name(enum snug_command command);

/* "snug COMMAND: complaint" and where to read on, on standard error. Returns
 * SNUG_EXIT_FAILURE. */
int snug_help_complain(enum snug_command command, const char *complaint);

/* Parses a command's arguments. False if that is all there is to do: help was asked for and
 * written, or they are wrong and that was said; `ret_status` is the exit status then. */
bool snug_help_parse(enum snug_command command, char *const *argv,
                     struct snug_arguments *ret, int *ret_status);
