/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of checks: one file a family, and here all of them in order.
 */
#pragma once

#include "snug/cli/doctor/finding.h"
#include "snug/cli/doctor/patient.h"

struct snug_check {
    const char *name; /* `FAMILY.WHAT`; it stays, since scripts name it. */
    const char *question;
    /* Writes the finding, which is all 0 before: skipped, without a reason. */
    void (*look)(const struct snug_patient *patient, struct snug_finding *ret);
};

struct snug_family {
    const struct snug_check *check;
    size_t n;
};

extern const struct snug_family snug_object_checks;
extern const struct snug_family snug_cpu_checks;
extern const struct snug_family snug_memory_checks;
extern const struct snug_family snug_makeup_checks; /* Of memory too. */
extern const struct snug_family snug_limits_checks;
extern const struct snug_family snug_numa_checks;
extern const struct snug_family snug_process_checks;
extern const struct snug_family snug_network_checks;
extern const struct snug_family snug_build_checks;
extern const struct snug_family snug_library_checks;

/* Calls for each check in order. */
void snug_checks_each(void (*call)(const struct snug_check *check, void *context),
                      void *context);
