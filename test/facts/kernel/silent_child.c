/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a child that is made with CLONE_VFORK alone has memory of its own; its parent goes
 * on when it is dead, gets no signal, and only a wait with __WCLONE finds it. clone3 does
 * the same as clone.
 * Relied on by: lib/base/sys.c
 */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { CODE = 3 };

static volatile sig_atomic_t n_signals;

static void count(int signal)
{
    (void)signal;
    n_signals++;
}

static long by_clone(void)
{
    return syscall(SYS_clone, CLONE_VFORK, 0, 0, 0, 0);
}

static long by_clone3(void)
{
    const struct clone_args how = {.flags = CLONE_VFORK};
    return syscall(SYS_clone3, &how, CLONE_ARGS_SIZE_VER0);
}

static void try(long (*make)(void), const char *name)
{
    volatile int *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile int own = 0;
    const long pid = make();
    if (pid < 0 && errno == ENOSYS)
        return; /* snug takes the other. */
    if (pid == 0) {
        own = 1;
        *shared = 1;
        syscall(SYS_exit, CODE);
    }
    fact_expect(pid > 0 && *shared == 1, "%s: the parent went on before the child was dead",
                name);
    fact_expect(own == 0, "%s: the child wrote into the parent's stack", name);
    int status = 0;
    fact_expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
                "%s: a plain wait finds it", name);
    fact_expect(syscall(SYS_wait4, pid, &status, __WCLONE, NULL) == pid &&
                    WEXITSTATUS(status) == CODE,
                "%s: a wait with __WCLONE does not find it", name);
    fact_expect(n_signals == 0, "%s: the parent got SIGCHLD", name);
    munmap((void *)shared, sizeof *shared);
}

int main(void)
{
    signal(SIGCHLD, count);
    try(by_clone, "clone");
    try(by_clone3, "clone3");
    return fact_result();
}
