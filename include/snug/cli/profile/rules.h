/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A seccomp profile in JSON, as the OCI runtime specification has it and as Docker's own
 * files extend it, told to libseccomp.
 */
#pragma once

#include <seccomp.h>

#include "snug/cli/profile/members.h"

struct snug_rules {
    scmp_filter_ctx context; /* The caller releases it. */
    uint32_t default_action; /* SCMP_ACT_… */
    unsigned flags;          /* SECCOMP_FILTER_FLAG_… to load it with. */
    bool notifies;           /* A supervisor is meant to decide about some calls. */
    int last; /* The highest number that is named, of this architecture; 0 for none. */
    unsigned n_unknown;      /* Names that libseccomp does not know. */
    size_t n_unknown_bytes;
    char *unknown; /* All of them, with blanks between; NULL for none. The caller frees it. */
};

/* 0, or -EINVAL with the complaint. `ret->context` and `ret->unknown` are set or NULL in
 * either case. */
int snug_rules_make(struct snug_members *members, const json_t *profile,
                    struct snug_rules *ret);
