/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Starts a program under a seccomp filter that answers one system call with an action, for
 * the main thread and all that it starts: filter kill|refuse|allow NUMBER PROGRAM
 * [ARGUMENT…].
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static unsigned action_of(const char *name)
{
    if (!strcmp(name, "kill"))
        return SECCOMP_RET_KILL_PROCESS;
    return !strcmp(name, "refuse") ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_ALLOW;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 125;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)strtoul(argv[2], NULL, 10), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action_of(argv[1])),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("seccomp");
        return 77;
    }
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 127;
}
