/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classic BPF as seccomp takes it. The rules are those of bpf_check_classic in
 * net/core/filter.c and of seccomp_check_filter in kernel/seccomp.c; a test compares the
 * verdicts with the kernel's.
 */
#include "snug/base/bpf.h"

#include <errno.h>
#include <stddef.h>

enum { WORD_BITS = 32 };

/* What A holds when an instruction is reached. */
enum { UNREACHED, HOLDS_NUMBER, HOLDS_ARCHITECTURE, HOLDS_OTHER };

static bool is_conditional(uint16_t opcode)
{
    return BPF_CLASS(opcode) == BPF_JMP && BPF_OP(opcode) != BPF_JA;
}

/* The instruction alone; `n_after` is how many follow it. */
static bool is_valid(const struct sock_filter *at, unsigned n_after)
{
    switch (at->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return at->k < sizeof(struct seccomp_data) && at->k % sizeof(uint32_t) == 0;
    case BPF_ALU | BPF_DIV | BPF_K:
        return at->k != 0;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
        return at->k < WORD_BITS;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return at->k < BPF_MEMWORDS;
    case BPF_JMP | BPF_JA:
        return at->k < n_after;
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JEQ | BPF_X:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_X:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_X:
    case BPF_JMP | BPF_JSET | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_X:
        return at->jt < n_after && at->jf < n_after;
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_ALU | BPF_ADD | BPF_K:
    case BPF_ALU | BPF_ADD | BPF_X:
    case BPF_ALU | BPF_SUB | BPF_K:
    case BPF_ALU | BPF_SUB | BPF_X:
    case BPF_ALU | BPF_MUL | BPF_K:
    case BPF_ALU | BPF_MUL | BPF_X:
    case BPF_ALU | BPF_DIV | BPF_X:
    case BPF_ALU | BPF_AND | BPF_K:
    case BPF_ALU | BPF_AND | BPF_X:
    case BPF_ALU | BPF_OR | BPF_K:
    case BPF_ALU | BPF_OR | BPF_X:
    case BPF_ALU | BPF_XOR | BPF_K:
    case BPF_ALU | BPF_XOR | BPF_X:
    case BPF_ALU | BPF_LSH | BPF_X:
    case BPF_ALU | BPF_RSH | BPF_X:
    case BPF_ALU | BPF_NEG:
        return true;
    default:
        return false;
    }
}

/* No cell of M[] is read before it was written, on any way. The kernel forgets what a way
 * wrote behind each jump, and so does this. */
static bool reads_written_cells(const struct sock_filter *code, unsigned n, uint16_t *cells)
{
    const uint16_t all = UINT16_MAX;
    for (unsigned i = 0; i < n; i++)
        cells[i] = all;

    uint16_t written = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct sock_filter *at = &code[i];
        written &= cells[i];
        if (at->code == BPF_ST || at->code == BPF_STX) {
            written |= (uint16_t)(1u << at->k);
        } else if (at->code == (BPF_LD | BPF_MEM) || at->code == (BPF_LDX | BPF_MEM)) {
            if (!(written >> at->k & 1))
                return false;
        } else if (at->code == (BPF_JMP | BPF_JA)) {
            cells[i + 1 + at->k] &= written;
            written = all;
        } else if (is_conditional(at->code)) {
            cells[i + 1 + at->jt] &= written;
            cells[i + 1 + at->jf] &= written;
            written = all;
        }
    }
    return true;
}

int snug_bpf_check(const struct sock_filter *code, unsigned n,
                   struct snug_bpf_notes *ret_notes)
{
    if (n == 0 || n > SNUG_BPF_MAX)
        return -EINVAL;
    for (unsigned i = 0; i < n; i++)
        if (!is_valid(&code[i], n - i - 1))
            return -EINVAL;
    if (BPF_CLASS(code[n - 1].code) != BPF_RET)
        return -EINVAL;
    return reads_written_cells(code, n, ret_notes->cells) ? 0 : -EINVAL;
}

/* A shift by X counts modulo 32, as both the interpreter and the compilers do it. */
static uint32_t compute(uint16_t operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case BPF_ADD:
        return a + b;
    case BPF_SUB:
        return a - b;
    case BPF_MUL:
        return a * b;
    case BPF_DIV:
        return a / b;
    case BPF_AND:
        return a & b;
    case BPF_OR:
        return a | b;
    case BPF_XOR:
        return a ^ b;
    case BPF_LSH:
        return a << b % WORD_BITS;
    case BPF_RSH:
        return a >> b % WORD_BITS;
    default:
        return -a;
    }
}

static bool compare(uint16_t operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case BPF_JEQ:
        return a == b;
    case BPF_JGT:
        return a > b;
    case BPF_JGE:
        return a >= b;
    default:
        return a & b;
    }
}

uint32_t snug_bpf_run(const struct sock_filter *code, const struct seccomp_data *call)
{
    uint32_t a = 0;
    uint32_t x = 0;
    uint32_t cell[BPF_MEMWORDS];

    for (const struct sock_filter *at = code;; at++) {
        const uint32_t operand = BPF_SRC(at->code) == BPF_X ? x : at->k;
        switch (BPF_CLASS(at->code)) {
        case BPF_LD:
        case BPF_LDX: {
            uint32_t value = at->k;
            if (BPF_MODE(at->code) == BPF_ABS)
                value = ((const uint32_t *)call)[at->k / sizeof value];
            else if (BPF_MODE(at->code) == BPF_LEN)
                value = sizeof *call;
            else if (BPF_MODE(at->code) == BPF_MEM)
                value = cell[at->k];
            *(BPF_CLASS(at->code) == BPF_LD ? &a : &x) = value;
            break;
        }
        case BPF_ST:
            cell[at->k] = a;
            break;
        case BPF_STX:
            cell[at->k] = x;
            break;
        case BPF_ALU:
            if (BPF_OP(at->code) == BPF_DIV && operand == 0)
                return SECCOMP_RET_KILL_THREAD;
            a = compute(BPF_OP(at->code), a, operand);
            break;
        case BPF_JMP:
            if (is_conditional(at->code))
                at += compare(BPF_OP(at->code), a, operand) ? at->jt : at->jf;
            else
                at += at->k;
            break;
        case BPF_MISC:
            *(BPF_MISCOP(at->code) == BPF_TAX ? &x : &a) =
                BPF_MISCOP(at->code) == BPF_TAX ? a : x;
            break;
        default:
            return BPF_RVAL(at->code) == BPF_A ? a : at->k;
        }
    }
}

bool snug_bpf_refuses(uint32_t answer)
{
    switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_USER_NOTIF:
        return false;
    default:
        return true;
    }
}

static uint8_t held_after(const struct sock_filter *at, uint8_t holds)
{
    if (at->code == (BPF_LD | BPF_W | BPF_ABS)) {
        if (at->k == offsetof(struct seccomp_data, nr))
            return HOLDS_NUMBER;
        return at->k == offsetof(struct seccomp_data, arch) ? HOLDS_ARCHITECTURE
                                                            : HOLDS_OTHER;
    }
    const uint16_t class = BPF_CLASS(at->code);
    return class == BPF_LD || class == BPF_ALU || at->code == (BPF_MISC | BPF_TXA)
               ? HOLDS_OTHER
               : holds;
}

static void reach(uint8_t *held, uint8_t holds)
{
    *held = *held == UNREACHED || *held == holds ? holds : HOLDS_OTHER;
}

bool snug_bpf_trace(const struct sock_filter *code, unsigned n, uint32_t architecture,
                    struct snug_bpf_notes *ret_notes)
{
    uint8_t *held = ret_notes->holds;
    for (unsigned i = 0; i < n; i++)
        held[i] = UNREACHED;
    held[0] = HOLDS_OTHER;

    bool ret = false;
    for (unsigned i = 0; i < n; i++) {
        const struct sock_filter *at = &code[i];
        if (held[i] == UNREACHED || BPF_CLASS(at->code) == BPF_RET)
            continue;
        const bool is_test = is_conditional(at->code);
        const uint8_t after = held_after(at, held[i]);
        if (is_test && held[i] == HOLDS_ARCHITECTURE && BPF_SRC(at->code) == BPF_K) {
            ret = true;
            const bool is_true = compare(BPF_OP(at->code), architecture, at->k);
            reach(&held[i + 1 + (is_true ? at->jt : at->jf)], after);
        } else if (is_test) {
            reach(&held[i + 1 + at->jt], after);
            reach(&held[i + 1 + at->jf], after);
        } else {
            reach(&held[i + 1 + (at->code == (BPF_JMP | BPF_JA) ? at->k : 0)], after);
        }
    }
    return ret;
}

bool snug_bpf_next_number(const struct sock_filter *code, unsigned n,
                          const struct snug_bpf_notes *notes, unsigned *at,
                          uint32_t *ret_number)
{
    for (unsigned i = *at; i < n; i++)
        if (code[i].code == (BPF_JMP | BPF_JEQ | BPF_K) &&
            notes->holds[i] == HOLDS_NUMBER) {
            *ret_number = code[i].k;
            *at = i + 1;
            return true;
        }
    return false;
}

int snug_bpf_soften(struct sock_filter *code, unsigned *n)
{
    /* Where a program returns A, it jumps here instead, since what A holds is only known
     * when it runs. */
    static const struct sock_filter tail[] = {
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SECCOMP_RET_ACTION_FULL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_RET_USER_NOTIF, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_RET_TRACE, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_RET_LOG, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_RET_ALLOW, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
        BPF_STMT(BPF_MISC | BPF_TXA, 0),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    const unsigned n_tail = sizeof tail / sizeof *tail;

    bool returns_a = false;
    for (unsigned i = 0; i < *n; i++) {
        returns_a |= code[i].code == (BPF_RET | BPF_A);
        if (code[i].code == (BPF_ALU | BPF_DIV | BPF_X))
            return -ENOTSUP;
    }
    if (returns_a && *n + n_tail > SNUG_BPF_MAX)
        return -ENOSPC;

    for (unsigned i = 0; i < *n; i++)
        if (code[i].code == (BPF_RET | BPF_A))
            code[i] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, *n - i - 1);
        else if (code[i].code == (BPF_RET | BPF_K) && snug_bpf_refuses(code[i].k))
            code[i].k = SECCOMP_RET_LOG;
    for (unsigned i = 0; returns_a && i < n_tail; i++)
        code[(*n)++] = tail[i];
    return 0;
}
