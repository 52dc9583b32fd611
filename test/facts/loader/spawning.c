/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: system, popen and posix_spawn make their child without a call that can be
 * interposed: none of fork, vfork, clone and posix_spawn is called by them.
 * Relied on by: lib/hook/stub.c
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

static const char *called;

pid_t fork(void)
{
    called = "fork";
    return -1;
}

pid_t vfork(void)
{
    called = "vfork";
    return -1;
}

int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
    (void)run;
    (void)stack;
    (void)flags;
    (void)argument;
    called = "clone";
    return -1;
}

int main(void)
{
    extern char **environ;
    char *const arguments[] = {"sh", "-c", ":", NULL};
    fact_expect(system(":") == 0 && !called, "system calls %s",
                called ? called : "nothing, and fails");
    FILE *file = popen(":", "r");
    fact_expect(file && pclose(file) == 0 && !called, "popen calls %s",
                called ? called : "nothing, and fails");
    pid_t pid = 0;
    int status = -1;
    fact_expect(posix_spawnp(&pid, "sh", NULL, NULL, arguments, environ) == 0 &&
                    waitpid(pid, &status, 0) == pid && status == 0 && !called,
                "posix_spawn calls %s", called ? called : "nothing, and fails");
    return fact_result();
}
