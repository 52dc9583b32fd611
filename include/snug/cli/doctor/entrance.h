/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How snug comes into this program.
 */
#pragma once

#include "snug/cli/doctor/finding.h"
#include "snug/cli/doctor/patient.h"

enum snug_entrance {
    SNUG_ENTRANCE_PRELOAD, /* By LD_PRELOAD. */
    SNUG_ENTRANCE_RUN,     /* The loader brings nothing into it: by snug run. */
    SNUG_ENTRANCE_NAMED, /* The object is named already: what keeps it out is told by other
                            checks. */
    SNUG_ENTRANCE_NONE,  /* Not at all, or nobody knows. */
};

enum snug_entrance snug_entrance_of(const struct snug_patient *patient);

/* Whether snug has come into the process: its object is there, or, where only snug run gets
 * in, variables that it has set. */
bool snug_entrance_is_used(const struct snug_patient *patient);

/* Mends by bringing snug in that way; a value that LD_PRELOAD has stays. For
 * SNUG_ENTRANCE_NAMED and SNUG_ENTRANCE_NONE there is no mend. */
void snug_entrance_mend(const struct snug_patient *patient, struct snug_finding *ret);
