/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Seccomp filters for guard.sh.
 *
 *   filters write CASE FILE        the filter as the kernel takes it
 *   filters load HOW CASE|FILE     loads it and makes a call that CASE "deny" kills for;
 *                                  HOW is prctl or syscall (FILE), or libseccomp (CASE)
 *   filters load none              makes the call under the filter that is in force already
 *   filters expect FILE WHO GO     which of the calls in needs.h it refuses, found by
 * making each in a process under the filter; run without snug filters expect - WHO GO the
 * same under the filter that is in force already
 *   filters list WHO GO            the names of those calls
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "snug/plan/needs.h"

/* No call fails with an errno as high as this of itself. */
enum { OUR_ERRNO = 1000, MAX_ERRNO = 4095, MAX_CODE = 4096, MAX_NEEDS = 256 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void add(scmp_filter_ctx context, uint32_t action, int number)
{
    if (seccomp_rule_add(context, action, number, 0) < 0)
        fail("seccomp_rule_add");
}

static void add_if(scmp_filter_ctx context, uint32_t action, int number,
                   struct scmp_arg_cmp compare)
{
    if (seccomp_rule_add_array(context, action, number, 1, &compare) < 0)
        fail("seccomp_rule_add_array");
}

static scmp_filter_ctx make(const char *name)
{
    const bool allows = strcmp(name, "allow") == 0;
    scmp_filter_ctx ret = seccomp_init(allows ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
    if (!ret)
        fail("seccomp_init");
    if (strcmp(name, "deny") == 0) {
        add(ret, SCMP_ACT_ERRNO(1234), SCMP_SYS(getpid));
        add(ret, SCMP_ACT_TRAP, SCMP_SYS(openat));
        add(ret, SCMP_ACT_KILL_THREAD, SCMP_SYS(timer_create));
        add(ret, SCMP_ACT_ERRNO(1038), SCMP_SYS(clone3));
        add_if(ret, SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), SCMP_A2_32(SCMP_CMP_EQ, 0));
        add_if(ret, SCMP_ACT_ERRNO(1300), SCMP_SYS(fcntl),
               SCMP_A1_32(SCMP_CMP_EQ, F_DUPFD_CLOEXEC));
        add_if(ret, SCMP_ACT_ERRNO(1001), SCMP_SYS(mmap),
               SCMP_A3_32(SCMP_CMP_MASKED_EQ, MAP_FIXED, MAP_FIXED));
        add_if(ret, SCMP_ACT_TRAP, SCMP_SYS(madvise),
               SCMP_A2_32(SCMP_CMP_EQ, MADV_COLLAPSE));
        add_if(ret, SCMP_ACT_KILL_PROCESS, SCMP_SYS(futex),
               SCMP_A1_32(SCMP_CMP_EQ, FUTEX_WAKE | FUTEX_PRIVATE_FLAG));
    } else if (allows) {
        add(ret, SCMP_ACT_ALLOW, SCMP_SYS(read));
        add(ret, SCMP_ACT_ALLOW, SCMP_SYS(write));
        add(ret, SCMP_ACT_ALLOW, SCMP_SYS(mmap));
        add(ret, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigprocmask));
        add(ret, SCMP_ACT_ALLOW, SCMP_SYS(exit_group));
        add_if(ret, SCMP_ACT_ALLOW, SCMP_SYS(futex),
               SCMP_A1_32(SCMP_CMP_EQ, FUTEX_WAIT | FUTEX_PRIVATE_FLAG));
    }
    return ret;
}

/* Allows a few calls by the numbers that they have on 32-bit ARM, as a program with another
 * system's headers would. */
static unsigned make_foreign(struct sock_filter *ret)
{
    static const char *const names[] = {"seccomp", "futex", "exit_group", "getrandom",
                                        "read"};
    unsigned n = 0;
    ret[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                            offsetof(struct seccomp_data, arch));
    ret[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                            seccomp_arch_native(), 1, 0);
    ret[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    ret[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                            offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_ARM, names[i]);
        ret[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
        ret[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    ret[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1234);
    return n;
}

/* Does not ask for which architecture a number is meant, and returns what A holds. */
static unsigned make_blind(struct sock_filter *ret)
{
    const struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 2),
        BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_A, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    memcpy(ret, code, sizeof code);
    return sizeof code / sizeof *code;
}

static void write_case(const char *name, const char *path)
{
    struct sock_filter code[64];
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    unsigned n = 0;
    if (strcmp(name, "foreign") == 0)
        n = make_foreign(code);
    else if (strcmp(name, "blind") == 0)
        n = make_blind(code);
    const size_t n_bytes = n * sizeof *code;
    if (fd < 0 || (n ? write(fd, code, n_bytes) != (ssize_t)n_bytes
                     : seccomp_export_bpf(make(name), fd) < 0))
        fail(path);
}

static struct sock_fprog read_program(const char *path)
{
    static struct sock_filter code[MAX_CODE];
    const int fd = open(path, O_RDONLY);
    const ssize_t n_bytes = fd < 0 ? -1 : read(fd, code, sizeof code);
    if (n_bytes <= 0)
        fail(path);
    (void)close(fd);
    return (struct sock_fprog){(unsigned short)((size_t)n_bytes / sizeof *code), code};
}

/* As far as the filter lets it. */
static void say(const char *text)
{
    const ssize_t n = write(1, text, strlen(text));
    (void)n;
}

static void load(const char *how, const char *what)
{
    int r = 0;
    if (strcmp(how, "none") == 0) {
        r = what ? -1 : 0;
    } else if (strcmp(how, "libseccomp") == 0) {
        r = seccomp_load(make(what));
    } else {
        const struct sock_fprog program = read_program(what);
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        r = strcmp(how, "prctl") == 0
                ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
                : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    }
    if (r < 0)
        fail("load");
    say("loaded\n");
    (void)syscall(SYS_tgkill, 0, 0, 0);
    say("survived\n");
}

/* What became of one call; shared with the process that makes it. */
struct outcome {
    volatile sig_atomic_t is_trapped;
    volatile bool has_result;
    volatile long result;
    bool is_killed;
};

static struct outcome *outcome;

static void see_trap(int signal)
{
    (void)signal;
    outcome->is_trapped = 1;
}

static void make_call(const struct snug_need *need, const struct sock_fprog *program)
{
    const uint64_t *a = need->argument;
    (void)signal(SIGSYS, see_trap);
    (void)alarm(600); /* Only what hangs takes that long. */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (program->len && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) < 0)
        fail("load");
    static const struct timespec at_once;
    /* Without a time this one waits for ever. */
    const uint64_t third = need->number == SYS_ppoll ? (uintptr_t)&at_once : a[2];
    const long r = syscall(need->number, a[0], a[1], third, a[3], a[4], a[5]);
    outcome->result = r < 0 ? -errno : r;
    outcome->has_result = true;
    __builtin_trap(); /* The filter may refuse every orderly exit. */
}

static struct outcome try_call(const struct snug_need *need,
                               const struct sock_fprog *program)
{
    int status = 0;
    *outcome = (struct outcome){0};
    const pid_t child = fork();
    if (child == 0)
        make_call(need, program);
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail("fork");
    struct outcome ret = *outcome;
    ret.is_killed = !ret.has_result && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    return ret;
}

/* In guard.c's words; "" if the call was made. */
static void put_words(const struct outcome *from, char *ret, size_t size)
{
    const long error = from->has_result ? -from->result : 0;
    if (from->is_trapped)
        (void)snprintf(ret, size, "signal SIGSYS");
    else if (from->is_killed)
        (void)snprintf(ret, size, "kills");
    else if (error >= OUR_ERRNO && error <= MAX_ERRNO)
        (void)snprintf(ret, size, "errno %ld", error);
    else
        ret[0] = 0;
}

static void print_call(const struct snug_need *need, bool shows_arguments,
                       const char *words)
{
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, need->number);
    printf("%s (%d)", name, need->number);
    free(name);
    for (unsigned i = 0; shows_arguments && i < 6; i++)
        if (need->matters >> i & 1)
            printf(" args[%u] = 0x%llx", i, (unsigned long long)need->argument[i]);
    printf(": %s\n", words);
}

static void expect(const char *path, unsigned who, unsigned go_minor)
{
    static struct snug_need needs[MAX_NEEDS];
    static char words[MAX_NEEDS][32];
    const bool is_in_force = strcmp(path, "-") == 0;
    const struct sock_fprog program =
        is_in_force ? (struct sock_fprog){0} : read_program(path);
    unsigned at = 0;
    unsigned n = 0;
    for (; n < MAX_NEEDS && snug_needs_next(go_minor, who, &at, &needs[n]); n++) {
        const struct outcome one = try_call(&needs[n], &program);
        put_words(&one, words[n], sizeof words[n]);
    }

    for (unsigned i = 0, end; i < n; i = end) {
        bool is_one = true;
        for (end = i; end < n && needs[end].number == needs[i].number; end++)
            is_one &= strcmp(words[end], words[i]) == 0;
        for (unsigned j = i; j < (is_one ? i + 1 : end); j++)
            if (words[j][0])
                print_call(&needs[j], !is_one, words[j]);
    }
}

/* Names of calls, one a line. */
static void list(unsigned who, unsigned go_minor)
{
    struct snug_need need;
    for (unsigned at = 0; snug_needs_next(go_minor, who, &at, &need);) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, need.number);
        printf("%s\n", name);
        free(name);
    }
}

int main(int argc, char **argv)
{
    outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        fail("mmap");
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        write_case(argv[2], argv[3]);
    else if (argc >= 3 && strcmp(argv[1], "load") == 0)
        load(argv[2], argv[3]);
    else if (argc == 4 && strcmp(argv[1], "list") == 0)
        list((unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
    else if (argc == 5 && strcmp(argv[1], "expect") == 0)
        expect(argv[2], (unsigned)strtoul(argv[3], NULL, 10),
               (unsigned)strtoul(argv[4], NULL, 10));
    else
        return 2;
    return 0;
}
