/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A subject for programs. Names that are once written here stay: other tools read them.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/profile/profile.h"
#include "snug/cli/subject/subject.h"

/* `profile` may be NULL. */
void snug_explain_json_write(const struct snug_subject *subject,
                             const struct snug_profile *profile, FILE *out);
