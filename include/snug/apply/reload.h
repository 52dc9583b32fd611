/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The policy file while the program runs: read again when it has changed.
 */
#pragma once

#include "snug/base/log.h"
#include "snug/policy/policy.h"

struct snug_reload {
    uint64_t keys;              /* Those that may change: see revision.h. */
    const char *program;        /* The executable's path, for sections. */
    bool was_silent;            /* The start had no use for log.file. */
    struct snug_edition judged; /* Taken or refused last. */
    struct snug_edition seen;   /* At the last look. */
};

/* `policy` is what the start came to. The path must live as long as looks are made. */
void snug_reload_begin(const struct snug_policy *policy, uint64_t keys, const char *program,
                       struct snug_reload *ret);

/* Looks at the file; one that is new, and the same as at the last look, is read. True if
 * the policy has changed. A file with a mistake in it, or none, changes nothing. `log` gets
 * one line for each new file, and becomes what the policy says. From one thread. */
bool snug_reload_look(struct snug_reload *state, struct snug_policy *policy,
                      struct snug_log *log);
