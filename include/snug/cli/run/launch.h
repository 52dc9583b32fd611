/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is done to this process's environment and CPU mask before it becomes the program.
 * Each function returns 0 or -errno.
 */
#pragma once

#include "snug/cli/subject/subject.h"

/* Where libsnug.so is, as installed.h has it, or -EINVAL if the path holds a space or a
 * colon, which LD_PRELOAD cannot express. */
int snug_launch_find_object(size_t size, char *ret_path);

/* Puts the object at the front of LD_PRELOAD, once, and keeps the others. */
int snug_launch_preload(const char *object);

/* Hands the command line's policy on: SNUG_POLICY and a variable for each key. */
int snug_launch_export_policy(const struct snug_subject *subject,
                              const struct snug_arguments *arguments);

/* Sets the planned variables and SNUG_SET, the record of them; removes what an ancestor's
 * snug had set. The plan names none that the user set. */
int snug_launch_set_variables(const struct snug_subject *subject);

/* Adds a word to SNUG_SET by which the object knows that mistakes have been told. */
int snug_launch_set_told(void);

/* Lets this process and what it becomes use only the planned CPUs. */
int snug_launch_pin(const struct snug_cpu_plan *plan);
