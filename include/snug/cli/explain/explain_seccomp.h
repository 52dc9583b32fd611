/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a seccomp profile would refuse of the calls that a subject needs.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/cli/profile/profile.h"
#include "snug/cli/subject/subject.h"

void snug_explain_seccomp_write_text(const struct snug_subject *subject,
                                     const struct snug_profile *profile, FILE *out);

/* As the member `seccomp_profile` of the object that is open. */
void snug_explain_seccomp_write_json(const struct snug_subject *subject,
                                     const struct snug_profile *profile,
                                     struct snug_json *json);
