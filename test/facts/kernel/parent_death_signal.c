/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: the signal that a process has asked for at its parent's death comes when the
 * thread ends that forked it, while the parent lives; a process that it forks has not
 * asked, one that it becomes by execve has.
 * Relied on by: lib/apply/children.c
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { SIGNAL = SIGUSR1, ENOUGH_SECONDS = 1800 };

static int asked(void)
{
    int signal = 0;
    prctl(PR_GET_PDEATHSIG, &signal);
    return signal;
}

/* Waits for nothing but the signal, and says so by ending of it. */
static void *fork_and_end(void *ret)
{
    int ready[2];
    char byte;
    if (pipe(ready) < 0)
        return ret;
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGNAL);
        if (write(ready[1], "!", 1) == 1)
            sleep(ENOUGH_SECONDS);
        _exit(0);
    }
    *(pid_t *)ret = pid;
    if (read(ready[0], &byte, 1) != 1)
        *(pid_t *)ret = -1;
    return ret;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return asked() == SIGNAL ? 0 : 1;

    pthread_t thread;
    pid_t pid = -1;
    int status = 0;
    pthread_create(&thread, NULL, fork_and_end, &pid);
    pthread_join(thread, NULL);
    fact_expect(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
                    WTERMSIG(status) == SIGNAL,
                "the thread ended, and its child with status %#x", status);

    prctl(PR_SET_PDEATHSIG, SIGNAL);
    pid = fork();
    if (pid == 0)
        _exit(asked());
    waitpid(pid, &status, 0);
    fact_expect(WEXITSTATUS(status) == 0, "a forked process has asked for signal %d",
                WEXITSTATUS(status));
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGNAL);
        execl("/proc/self/exe", argv[0], "look", NULL);
        _exit(2);
    }
    waitpid(pid, &status, 0);
    fact_expect(WEXITSTATUS(status) == 0, "after execve it is not asked for");
    return fact_result();
}
