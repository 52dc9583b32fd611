/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All figures of memory that the checks go by: what the cgroup uses, of it the process, and
 * what its Go runtime counts.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/cli/doctor/patient.h"

/* Of the process's anonymous memory, what is of no kind that is told. */
struct snug_figure snug_memory_account_other(const struct snug_patient *patient);

/* Of the cgroup's anonymous memory, what other processes hold. */
struct snug_figure snug_memory_account_others(const struct snug_patient *patient);

/* The member `memory` of an object that is open. What is not known is null. */
void snug_memory_account_put_json(const struct snug_patient *patient,
                                  struct snug_json *json);
