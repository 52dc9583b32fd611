/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A seccomp profile in JSON, as the OCI runtime specification has it and as Docker's own
 * files extend it, told to libseccomp.
 */
#pragma once

#include <seccomp.h>

#include "snug/cli/profile/members.h"

enum { SNUG_RULES_UNKNOWN_BYTES = 1024 };

struct snug_rules {
    scmp_filter_ctx context; /* The caller releases it. */
    uint32_t default_action; /* SCMP_ACT_… */
    unsigned flags;          /* SECCOMP_FILTER_FLAG_… to load it with. */
    bool notifies;           /* A supervisor is meant to decide about some calls. */
    int last; /* The highest number that is named, of this architecture; 0 for none. */
    unsigned n_unknown;
    char unknown[SNUG_RULES_UNKNOWN_BYTES]; /* Names that libseccomp does not know. */
};

/* 0, or -EINVAL with the complaint. `ret->context` is set or NULL in either case. */
int snug_rules_make(struct snug_members *members, const json_t *profile,
                    struct snug_rules *ret);
