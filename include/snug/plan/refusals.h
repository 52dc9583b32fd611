/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which of the needed system calls a seccomp filter refuses. Pure.
 */
#pragma once

#include "snug/base/bpf.h"
#include "snug/base/text.h"
#include "snug/plan/needs.h"

/* A walk over them; the last three are the walk's own and start at 0. */
struct snug_refusals {
    const struct sock_filter *code; /* A program that passed snug_bpf_check. */
    unsigned go_minor;              /* As for snug_needs_next. */
    unsigned who;
    unsigned at;
    int n_number; /* 1 + the number of the call before. */
    bool is_whole;
};

struct snug_refusal {
    struct snug_need need;
    uint32_t answer; /* SECCOMP_RET_… with its data. */
    bool is_whole; /* All needed calls of this number are refused so: it stands for them. */
};

/* The next refusal; false at the end. */
bool snug_refusals_next(struct snug_refusals *walk, struct snug_refusal *ret);

/* Whether the caller takes it without harm. */
bool snug_refusals_are_harmless(const struct snug_refusal *refusal);

/* Appends `futex (202) args[1] = 0x80: kills the process`. */
void snug_refusals_put(struct snug_builder *out, const struct snug_refusal *refusal);
