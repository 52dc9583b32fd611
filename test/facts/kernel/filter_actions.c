/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a filter sees a call's number and architecture; SECCOMP_RET_LOG lets it pass,
 * ERRNO refuses it with that number, KILL_PROCESS ends the process by SIGSYS. A filter of
 * 4,096 instructions is taken, one more is EINVAL.
 * Relied on by: lib/base/bpf.c, lib/apply/guard.c
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { INSTRUCTIONS_MAX = 4096, ERROR = 33 };

#if defined(__x86_64__)
enum { OWN = AUDIT_ARCH_X86_64 };
#else
enum { OWN = AUDIT_ARCH_AARCH64 };
#endif

/* A child's status that asks for its parent under a filter with that answer. */
static int run(unsigned answer)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)OWN, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
            _exit(99);
        const long r = syscall(SYS_getppid);
        _exit(r < 0 ? errno : 0);
    }
    waitpid(pid, &status, 0);
    return status;
}

static int load(unsigned short n)
{
    static struct sock_filter code[INSTRUCTIONS_MAX + 1];
    struct sock_fprog program = {n, code};
    for (int i = 0; i < n; i++)
        code[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? errno : 0;
}

int main(void)
{
    const int allowed = run(SECCOMP_RET_ALLOW);
    if (WEXITSTATUS(allowed) == 99)
        fact_lacks("seccomp filters");
    fact_expect(allowed == 0, "allowed: status %#x", allowed);
    fact_expect(run(SECCOMP_RET_LOG) == 0, "logged: status %#x", run(SECCOMP_RET_LOG));
    fact_expect(WEXITSTATUS(run(SECCOMP_RET_ERRNO | ERROR)) == ERROR, "refused: status %#x",
                run(SECCOMP_RET_ERRNO | ERROR));
    const int killed = run(SECCOMP_RET_KILL_PROCESS);
    fact_expect(WIFSIGNALED(killed) && WTERMSIG(killed) == SIGSYS, "killed: status %#x",
                killed);
    fact_expect(load(INSTRUCTIONS_MAX + 1) == EINVAL, "%d instructions: %d",
                INSTRUCTIONS_MAX + 1, load(INSTRUCTIONS_MAX + 1));
    fact_expect(load(INSTRUCTIONS_MAX) == 0, "%d instructions: %d", INSTRUCTIONS_MAX,
                load(INSTRUCTIONS_MAX));
    return fact_result();
}
