/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The program that a process runs, which need not be the file that the kernel has started.
 */
#pragma once

#include "snug/cli/subject/executable.h"

/* By the root's process's file alone, which costs little: false for what cannot be a Go
 * program, as for most processes. */
bool snug_process_may_be_go(const struct snug_root *root);

/* Finds the program of the root's process: by its memory, else by the file and the command
 * line. `ret_form` is SNUG_FORM_UNREADABLE if it cannot be known. -errno if there is not
 * even a file: the kernel's own threads have none, and others' may be out of reach. */
int snug_process_find(const struct snug_root *root, struct snug_executable *ret_executable,
                      enum snug_form *ret_form, struct snug_program *ret_program);

/* Whether this command is in the same namespace of that kind, such as `mnt`, as the live
 * process. Not if that may not be asked. */
bool snug_process_shares(int pid, const char *kind);
