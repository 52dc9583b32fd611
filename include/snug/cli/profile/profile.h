/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A seccomp profile as the filter that it stands for.
 */
#pragma once

#include "snug/base/bpf.h"
#include "snug/cli/profile/members.h"
#include "snug/cli/profile/rules.h"

struct snug_profile {
    struct snug_members members; /* With the complaint. */
    struct snug_rules rules;
    unsigned n;
    struct sock_filter code[SNUG_BPF_MAX];
};

/* Reads a profile in JSON and makes the filter. 0, or -EINVAL with the complaint. Holds no
 * descriptor afterwards; memory until it is closed, in either case. */
int snug_profile_read(const char *path, struct snug_profile *ret);
void snug_profile_close(struct snug_profile *profile);

/* Makes it log what it refuses. 0, or -EINVAL with the complaint. */
int snug_profile_soften(struct snug_profile *profile);

/* Loads it into this process, for good: what follows is judged by it. Without the right to
 * do so, the process gives up new privileges first, as the kernel demands. 0 or -errno. */
int snug_profile_load(const struct snug_profile *profile);
