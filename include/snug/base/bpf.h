/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classic BPF as seccomp takes it: judged as the kernel judges it, evaluated, and looked
 * into. Jumps lead forward only, so everything here ends after at most one step for each
 * instruction. Pure.
 */
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

enum { SNUG_BPF_MAX = 4096 }; /* Instructions; the kernel's BPF_MAXINSNS. */

/* What struct seccomp_data calls the architecture that snug is built for. */
#if defined(__x86_64__)
#define SNUG_BPF_NATIVE AUDIT_ARCH_X86_64
#else
#define SNUG_BPF_NATIVE AUDIT_ARCH_AARCH64
#endif

/* Notes on each instruction of one program. Too big for a host's stack. */
struct snug_bpf_notes {
    uint16_t cells[SNUG_BPF_MAX]; /* Of M[], those written on every way here, as bits. */
    uint8_t holds[SNUG_BPF_MAX];  /* What A holds here; see bpf.c. */
};

/* 0 if the kernel loads the program, else -EINVAL. Writes `cells` of `ret_notes`. */
int snug_bpf_check(const struct sock_filter *code, unsigned n,
                   struct snug_bpf_notes *ret_notes);

/* What a program that passed the check answers: SECCOMP_RET_… with its data. */
uint32_t snug_bpf_run(const struct sock_filter *code, const struct seccomp_data *call);

/* Whether an answer keeps the call from being made. Tracers and supervisors decide for
 * themselves: SECCOMP_RET_TRACE and SECCOMP_RET_USER_NOTIF are no refusals. */
bool snug_bpf_refuses(uint32_t answer);

/* Follows a checked program on `architecture`, and writes `holds` of `ret_notes`. Returns
 * whether it looks at the architecture at all. */
bool snug_bpf_trace(const struct sock_filter *code, unsigned n, uint32_t architecture,
                    struct snug_bpf_notes *ret_notes);

/* The next number that a traced program compares a call's number with for equality, at
 * instruction `*at` or later; moves `*at` behind it. False if there is none. */
bool snug_bpf_next_number(const struct sock_filter *code, unsigned n,
                          const struct snug_bpf_notes *notes, unsigned *at,
                          uint32_t *ret_number);

/* Rewrites a checked program so that what it refuses is allowed and logged. `code` has room
 * for SNUG_BPF_MAX instructions. 0, or with the program untouched -ENOSPC if it is too long
 * for that, or -ENOTSUP if it divides by X: where X is 0 the kernel itself refuses. */
int snug_bpf_soften(struct sock_filter *code, unsigned *n);
