/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The verdict on BPF programs is the kernel's. Random and mutated programs are loaded in a
 * child that makes calls under them: 5,000, or as many as SNUG_TEST_PROGRAMS says.
 */
#include <check.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "snug/base/bpf.h"

#if defined(__x86_64__)
enum { NATIVE = (int)AUDIT_ARCH_X86_64 };
#else
enum { NATIVE = (int)AUDIT_ARCH_AARCH64 };
#endif

#define NR                  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define RET(k)              BPF_STMT(BPF_RET | BPF_K, k)
#define JUMP(op, k, jt, jf) BPF_JUMP(BPF_JMP | (op) | BPF_K, k, jt, jf)

enum { PROGRAMS = 5000, LENGTH = 48, N_CALLS = 4, N_STEPS_MAX = 256 };

static struct snug_bpf_notes notes;

/* Random programs, the same in every run. */

static uint64_t seed = 4;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

static uint32_t draw_constant(void)
{
    static const uint32_t some[] = {
        SECCOMP_RET_ALLOW,
        SECCOMP_RET_LOG,
        SECCOMP_RET_ERRNO | 1,
        SECCOMP_RET_ERRNO | 77,
        SECCOMP_RET_TRAP,
        SECCOMP_RET_ALLOW,
        SECCOMP_RET_KILL_PROCESS,
        SYS_getppid,
        SYS_getpgid,
        (uint32_t)NATIVE,
        0,
        1,
        4,
        16,
        20,
        60,
        64,
        31,
        32,
        UINT32_MAX,
    };
    const uint32_t i = draw(sizeof some / sizeof *some + 4);
    return i < sizeof some / sizeof *some ? some[i] : draw(UINT32_MAX);
}

/* All of struct seccomp_data but the instruction pointer, which is not known here. */
static uint32_t draw_field(void)
{
    const uint32_t word = draw(14);
    return (word < 2 ? word : word + 2) * 4;
}

static struct sock_filter draw_instruction(unsigned n_after)
{
    static const uint16_t codes[] = {
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_W | BPF_LEN,
        BPF_LDX | BPF_W | BPF_LEN,
        BPF_LD | BPF_IMM,
        BPF_LDX | BPF_IMM,
        BPF_LD | BPF_MEM,
        BPF_LDX | BPF_MEM,
        BPF_ST,
        BPF_STX,
        BPF_MISC | BPF_TAX,
        BPF_MISC | BPF_TXA,
        BPF_ALU | BPF_ADD | BPF_K,
        BPF_ALU | BPF_ADD | BPF_X,
        BPF_ALU | BPF_SUB | BPF_K,
        BPF_ALU | BPF_SUB | BPF_X,
        BPF_ALU | BPF_MUL | BPF_K,
        BPF_ALU | BPF_MUL | BPF_X,
        BPF_ALU | BPF_DIV | BPF_K,
        BPF_ALU | BPF_DIV | BPF_X,
        BPF_ALU | BPF_AND | BPF_K,
        BPF_ALU | BPF_AND | BPF_X,
        BPF_ALU | BPF_OR | BPF_K,
        BPF_ALU | BPF_OR | BPF_X,
        BPF_ALU | BPF_XOR | BPF_K,
        BPF_ALU | BPF_XOR | BPF_X,
        BPF_ALU | BPF_LSH | BPF_K,
        BPF_ALU | BPF_LSH | BPF_X,
        BPF_ALU | BPF_RSH | BPF_K,
        BPF_ALU | BPF_RSH | BPF_X,
        BPF_ALU | BPF_NEG,
        BPF_JMP | BPF_JA,
        BPF_JMP | BPF_JEQ | BPF_K,
        BPF_JMP | BPF_JEQ | BPF_X,
        BPF_JMP | BPF_JGT | BPF_K,
        BPF_JMP | BPF_JGT | BPF_X,
        BPF_JMP | BPF_JGE | BPF_K,
        BPF_JMP | BPF_JGE | BPF_X,
        BPF_JMP | BPF_JSET | BPF_K,
        BPF_JMP | BPF_JSET | BPF_X,
        BPF_RET | BPF_K,
        BPF_RET | BPF_A,
    };
    struct sock_filter ret = {
        .code = codes[draw(sizeof codes / sizeof *codes)],
        .jt = (uint8_t)draw(n_after + 1),
        .jf = (uint8_t)draw(n_after + 1),
        .k = draw_constant(),
    };
    const uint16_t class = BPF_CLASS(ret.code);
    if (ret.code == (BPF_LD | BPF_W | BPF_ABS))
        ret.k = draw_field();
    else if (class == BPF_ST || class == BPF_STX || BPF_MODE(ret.code) == BPF_MEM)
        ret.k = draw(4);
    else if (ret.code == (BPF_JMP | BPF_JA))
        ret.k = draw(n_after + 1);
    else if (class == BPF_ALU && BPF_SRC(ret.code) == BPF_K && draw(2))
        ret.k = draw(32);
    return ret;
}

/* Mostly sensible, and in half of the programs one thing is not. */
static unsigned draw_program(struct sock_filter *ret)
{
    const unsigned n = 1 + draw(LENGTH);
    for (unsigned i = 0; i < n; i++)
        ret[i] = draw_instruction(n - i - 1 ? n - i - 2 : 0);
    if (draw(16))
        ret[n - 1] = (struct sock_filter)RET(draw_constant());
    if (draw(2)) {
        struct sock_filter *at = &ret[draw(n)];
        switch (draw(4)) {
        case 0:
            at->code = (uint16_t)draw(draw(2) ? 0x100 : 0x10000);
            break;
        case 1:
            at->k = draw_constant();
            break;
        case 2:
            at->jt = (uint8_t)draw(256);
            break;
        default:
            at->jf = (uint8_t)draw(256);
        }
    }
    return n;
}

/* Harmless calls, with arguments that programs can look at. */
static const struct {
    long number;
    long argument[6];
} calls[N_CALLS] = {
    {SYS_getppid, {0}},
    {SYS_getppid, {1, -2, 3, 1L << 33, 16, 77}},
    {SYS_getpgid, {0}},
    {SYS_getpgid, {-1}},
};

/* What the kernel made of it. */
struct verdict {
    int load;            /* 0 or -errno. */
    volatile int n_made; /* Calls that came back. */
    long result[N_CALLS];
};

static long raw(long number, const long *a)
{
#if defined(__x86_64__)
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
#else
    const long r = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return r < 0 ? -errno : r;
#endif
}

static void kernel_judges(struct sock_filter *code, unsigned n, struct verdict *ret)
{
    *ret = (struct verdict){.load = 1};
    const pid_t child = fork();
    if (child == 0) {
        const struct sock_fprog program = {(unsigned short)n, code};
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        ret->load = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
        for (int i = 0; i < N_CALLS; i++) {
            ret->result[i] = raw(calls[i].number, calls[i].argument);
            ret->n_made = i + 1;
        }
        (void)raw(SYS_exit_group, (const long[6]){0});
        __builtin_trap(); /* The exit was refused. */
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

/* What has to come of an answer: the call's own result, an errno, or death. */
static void compare(unsigned long program, uint32_t answer, int call,
                    const struct verdict *verdict)
{
    const uint32_t error = answer & SECCOMP_RET_DATA;
    const long result = verdict->result[call];
    bool is_same = verdict->n_made > call;
    switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
        is_same &= result == -ESRCH || result > 0;
        break;
    case SECCOMP_RET_ERRNO:
        is_same &= result == -(long)(error < 4095 ? error : 4095);
        break;
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_USER_NOTIF:
        is_same &= result == -ENOSYS;
        break;
    default:
        is_same = verdict->n_made == call && snug_bpf_refuses(answer);
    }
    ck_assert_msg(is_same,
                  "program %lu, call %d: answer %#x, %d calls came back, result %ld",
                  program, call, answer, verdict->n_made, result);
}

/* Steps: basic blocks of bpf.c, which is built so that each calls this. Time would be that
 * of the machine. */
static unsigned long n_steps;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    n_steps++;
}

/* Judged, traced, and evaluated for each of the calls: so many steps for each instruction
 * of the program, however it is written, and some for each call of a function. */
static int judge(const struct sock_filter *code, unsigned n, uint32_t *ret_answers)
{
    const int ret = snug_bpf_check(code, n, &notes);
    if (ret < 0)
        return ret;
    (void)snug_bpf_trace(code, n, (uint32_t)NATIVE, &notes);
    for (unsigned i = 0; i < N_CALLS; i++) {
        struct seccomp_data data = {.nr = (int)calls[i].number, .arch = (uint32_t)NATIVE};
        for (unsigned j = 0; j < 6; j++)
            data.args[j] = (uint64_t)calls[i].argument[j];
        ret_answers[i] = snug_bpf_run(code, &data);
    }
    return 0;
}

START_TEST(the_verdict_is_the_kernels)
{
    const char *wanted = getenv("SNUG_TEST_PROGRAMS");
    const unsigned long n_programs = wanted ? strtoul(wanted, NULL, 10) : PROGRAMS;
    const char *fork_mode = getenv("CK_FORK");
    if (fork_mode && strcmp(fork_mode, "no") == 0)
        return; /* Under valgrind, whose own calls the programs would meet. */
    struct verdict *verdict = mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(verdict, MAP_FAILED);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});

    unsigned long n_accepted = 0;
    for (unsigned long i = 0; i < n_programs; i++) {
        struct sock_filter code[LENGTH];
        uint32_t answer[N_CALLS];
        const unsigned n = draw_program(code);
        n_steps = 0;
        const int accepted = judge(code, n, answer);
        ck_assert_uint_le(n_steps, N_STEPS_MAX * (n + 1));

        kernel_judges(code, n, verdict);
        ck_assert_msg(verdict->load == accepted, "program %lu: load %d, expected %d", i,
                      verdict->load, accepted);
        n_accepted += accepted == 0;
        for (int call = 0; accepted == 0 && call <= verdict->n_made && call < N_CALLS;
             call++)
            compare(i, answer[call], call, verdict);
    }
    ck_assert_uint_gt(n_accepted, n_programs / 5);
    ck_assert_uint_gt(n_programs - n_accepted, n_programs / 5);
}
END_TEST

START_TEST(the_longest_program_takes_a_few_steps_for_each_instruction)
{
    static struct sock_filter code[SNUG_BPF_MAX];
    for (unsigned i = 0; i + 1 < SNUG_BPF_MAX; i++)
        code[i] = (struct sock_filter)JUMP(BPF_JEQ, UINT32_MAX - i, 0, 0);
    code[0] = (struct sock_filter)NR;
    code[SNUG_BPF_MAX - 1] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);

    uint32_t answer[N_CALLS];
    n_steps = 0;
    ck_assert_int_eq(judge(code, SNUG_BPF_MAX, answer), 0);
    ck_assert_uint_ge(n_steps, SNUG_BPF_MAX); /* They are counted. */
    ck_assert_uint_le(n_steps, N_STEPS_MAX * SNUG_BPF_MAX);
}
END_TEST

static Suite *verdicts_suite(void)
{
    Suite *suite = suite_create("verdicts");
    TCase *tcase = tcase_create("programs");
    tcase_add_test(tcase, the_verdict_is_the_kernels);
    tcase_add_test(tcase, the_longest_program_takes_a_few_steps_for_each_instruction);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(verdicts_suite());
}
