/* SPDX-License-Identifier: LGPL-2.1-or-later
 * BPF programs are judged, evaluated, looked into and softened.
 */
#include <check.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/base/bpf.h"

#if defined(__x86_64__)
enum { NATIVE = (int)AUDIT_ARCH_X86_64 };
#else
enum { NATIVE = (int)AUDIT_ARCH_AARCH64 };
#endif

#define NR                  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ARCH                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch))
#define RET(k)              BPF_STMT(BPF_RET | BPF_K, k)
#define OP(code, k)         BPF_STMT(code, k)
#define JUMP(op, k, jt, jf) BPF_JUMP(BPF_JMP | (op) | BPF_K, k, jt, jf)

static struct snug_bpf_notes notes;

struct program {
    const char *label;
    unsigned n;
    struct sock_filter code[8];
};

/* Bad ones, each for one reason. */
static const struct program refused[] = {
    {"empty", 0, {RET(0)}},
    {"does-not-return", 1, {NR}},
    {"returns-x", 1, {OP(BPF_RET | BPF_X, 0)}},
    {"unknown-class", 2, {OP(0xffff, 0), RET(0)}},
    {"packet-byte", 2, {OP(BPF_LD | BPF_B | BPF_ABS, 0), RET(0)}},
    {"packet-half", 2, {OP(BPF_LD | BPF_H | BPF_ABS, 0), RET(0)}},
    {"indirect", 2, {OP(BPF_LD | BPF_W | BPF_IND, 0), RET(0)}},
    {"header-length", 2, {OP(BPF_LDX | BPF_B | BPF_MSH, 0), RET(0)}},
    {"modulo", 2, {OP(BPF_ALU | BPF_MOD | BPF_K, 3), RET(0)}},
    {"load-askew", 2, {OP(BPF_LD | BPF_W | BPF_ABS, 2), RET(0)}},
    {"load-past-the-end", 2, {OP(BPF_LD | BPF_W | BPF_ABS, 64), RET(0)}},
    {"ancillary", 2, {OP(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_AD_OFF), RET(0)}},
    {"divides-by-zero", 2, {OP(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0)}},
    {"shifts-by-32", 2, {OP(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0)}},
    {"cell-16", 2, {OP(BPF_ST, 16), RET(0)}},
    {"cell-unwritten", 2, {OP(BPF_LD | BPF_MEM, 0), RET(0)}},
    {"cell-written-on-one-way",
     5,
     {NR, JUMP(BPF_JEQ, 1, 1, 0), OP(BPF_ST, 3), OP(BPF_LD | BPF_MEM, 3), RET(0)}},
    {"jumps-past-the-end", 2, {OP(BPF_JMP | BPF_JA, 1), RET(0)}},
    {"jumps-far", 2, {OP(BPF_JMP | BPF_JA, UINT32_MAX), RET(0)}},
    {"true-past-the-end", 2, {JUMP(BPF_JEQ, 0, 1, 0), RET(0)}},
    {"false-past-the-end", 2, {JUMP(BPF_JEQ, 0, 0, 1), RET(0)}},
};

static const struct {
    struct program program;
    uint32_t answer; /* To call 7 of the native architecture with arguments 1 to 6. */
} answered[] = {
    {{"constant", 1, {RET(5)}}, 5},
    {{"number", 2, {NR, OP(BPF_RET | BPF_A, 0)}}, 7},
    {{"architecture", 2, {ARCH, OP(BPF_RET | BPF_A, 0)}}, (uint32_t)NATIVE},
    {{"length", 2, {OP(BPF_LD | BPF_W | BPF_LEN, 0), OP(BPF_RET | BPF_A, 0)}}, 64},
    {{"last-argument",
      2,
      {OP(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
       OP(BPF_RET | BPF_A, 0)}},
     6},
    {{"starts-at-zero", 2, {OP(BPF_MISC | BPF_TXA, 0), OP(BPF_RET | BPF_A, 0)}}, 0},
    {{"jump-over", 3, {OP(BPF_JMP | BPF_JA, 1), RET(1), RET(2)}}, 2},
    {{"equal", 4, {NR, JUMP(BPF_JEQ, 7, 1, 0), RET(1), RET(2)}}, 2},
    {{"greater", 4, {NR, JUMP(BPF_JGT, 7, 1, 0), RET(1), RET(2)}}, 1},
    {{"greater-is-unsigned", 4, {NR, JUMP(BPF_JGT, UINT32_MAX, 1, 0), RET(1), RET(2)}}, 1},
    {{"greater-or-equal", 4, {NR, JUMP(BPF_JGE, 7, 1, 0), RET(1), RET(2)}}, 2},
    {{"bits", 4, {NR, JUMP(BPF_JSET, 8, 1, 0), RET(1), RET(2)}}, 1},
    {{"negation", 3, {NR, OP(BPF_ALU | BPF_NEG, 0), OP(BPF_RET | BPF_A, 0)}}, (uint32_t)-7},
    {{"cell",
      5,
      {NR, OP(BPF_ST, 15), OP(BPF_LD | BPF_IMM, 1), OP(BPF_LD | BPF_MEM, 15),
       OP(BPF_RET | BPF_A, 0)}},
     7},
    {{"shift-by-35",
      4,
      {OP(BPF_LDX | BPF_IMM, 35), NR, OP(BPF_ALU | BPF_LSH | BPF_X, 0),
       OP(BPF_RET | BPF_A, 0)}},
     56},
    {{"division-by-zero-kills",
      4,
      {OP(BPF_LDX | BPF_IMM, 0), NR, OP(BPF_ALU | BPF_DIV | BPF_X, 0),
       RET(SECCOMP_RET_ALLOW)}},
     SECCOMP_RET_KILL_THREAD},
};

START_TEST(what_the_kernel_refuses_is_refused)
{
    const struct program *program = &refused[_i];
    ck_assert_msg(snug_bpf_check(program->code, program->n, &notes) == -EINVAL, "%s",
                  program->label);
}
END_TEST

START_TEST(a_program_is_evaluated)
{
    const struct program *program = &answered[_i].program;
    const struct seccomp_data call = {
        .nr = 7, .arch = (uint32_t)NATIVE, .args = {1, 2, 3, 4, 5, 6}};
    ck_assert_msg(snug_bpf_check(program->code, program->n, &notes) == 0, "%s",
                  program->label);
    ck_assert_msg(snug_bpf_run(program->code, &call) == answered[_i].answer, "%s",
                  program->label);
}
END_TEST

START_TEST(a_program_has_1_to_4096_instructions)
{
    static struct sock_filter code[SNUG_BPF_MAX + 1];
    for (unsigned i = 0; i <= SNUG_BPF_MAX; i++)
        code[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
    ck_assert_int_eq(snug_bpf_check(code, SNUG_BPF_MAX, &notes), 0);
    ck_assert_int_eq(snug_bpf_check(code, SNUG_BPF_MAX + 1, &notes), -EINVAL);
}
END_TEST

/* What the numbers under another architecture's test mean is not ours to say. */
START_TEST(numbers_are_found_on_the_own_architecture_only)
{
    const struct sock_filter code[] = {
        ARCH,
        JUMP(BPF_JEQ, (uint32_t)NATIVE, 2, 0),
        NR,
        JUMP(BPF_JEQ, 383, 3, 4),
        NR,
        JUMP(BPF_JGE, 40, 0, 1),
        JUMP(BPF_JEQ, 41, 0, 1),
        RET(SECCOMP_RET_KILL_PROCESS),
        RET(SECCOMP_RET_ALLOW),
    };
    const unsigned n = sizeof code / sizeof *code;
    unsigned at = 0;
    uint32_t number = 0;
    ck_assert_int_eq(snug_bpf_check(code, n, &notes), 0);
    ck_assert(snug_bpf_trace(code, n, (uint32_t)NATIVE, &notes));
    ck_assert(snug_bpf_next_number(code, n, &notes, &at, &number));
    ck_assert_uint_eq(number, 41);
    ck_assert(!snug_bpf_next_number(code, n, &notes, &at, &number));
    ck_assert(!snug_bpf_trace(&code[4], 5, (uint32_t)NATIVE, &notes));
}
END_TEST

START_TEST(a_softened_program_refuses_nothing)
{
    struct sock_filter code[SNUG_BPF_MAX] = {
        OP(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        JUMP(BPF_JEQ, 9, 1, 0),
        OP(BPF_RET | BPF_A, 0),
        RET(SECCOMP_RET_ERRNO | EPERM),
    };
    static const uint32_t kept[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_LOG,
                                    SECCOMP_RET_TRACE | 5, SECCOMP_RET_USER_NOTIF};
    static const uint32_t softened[] = {9, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP | 1,
                                        SECCOMP_RET_ERRNO, 0x7fc10000};
    unsigned n = 4;
    ck_assert_int_eq(snug_bpf_soften(code, &n), 0);
    ck_assert_int_eq(snug_bpf_check(code, n, &notes), 0);
    for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++)
        ck_assert_uint_eq(snug_bpf_run(code, &(struct seccomp_data){.args = {kept[i]}}),
                          kept[i]);
    for (unsigned i = 0; i < sizeof softened / sizeof *softened; i++)
        ck_assert_uint_eq(snug_bpf_run(code, &(struct seccomp_data){.args = {softened[i]}}),
                          SECCOMP_RET_LOG);
}
END_TEST

START_TEST(what_cannot_be_softened_stays_as_it_is)
{
    static struct sock_filter code[SNUG_BPF_MAX];
    for (unsigned i = 0; i < SNUG_BPF_MAX; i++)
        code[i] = (struct sock_filter)OP(BPF_RET | BPF_A, 0);
    unsigned n = SNUG_BPF_MAX - 8;
    ck_assert_int_eq(snug_bpf_soften(code, &n), -ENOSPC);
    ck_assert_uint_eq(n, SNUG_BPF_MAX - 8);
    ck_assert_uint_eq(code[0].code, BPF_RET | BPF_A);
    code[1] = (struct sock_filter)OP(BPF_ALU | BPF_DIV | BPF_X, 0);
    n = 3;
    ck_assert_int_eq(snug_bpf_soften(code, &n), -ENOTSUP);
}
END_TEST

static Suite *bpf_suite(void)
{
    Suite *suite = suite_create("bpf");
    TCase *tables = tcase_create("tables");
    tcase_add_loop_test(tables, what_the_kernel_refuses_is_refused, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_loop_test(tables, a_program_is_evaluated, 0,
                        sizeof answered / sizeof *answered);
    tcase_add_test(tables, a_program_has_1_to_4096_instructions);
    tcase_add_test(tables, numbers_are_found_on_the_own_architecture_only);
    tcase_add_test(tables, a_softened_program_refuses_nothing);
    tcase_add_test(tables, what_cannot_be_softened_stays_as_it_is);
    suite_add_tcase(suite, tables);
    return suite;
}

int main(void)
{
    return suite_run(bpf_suite());
}
