/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process and its relations: `kin asked` prints the signal that it gets at its parent's
 * death, `kin WAY COMMAND…` starts COMMAND in that way and ends with its status.
 *
 *   child   as a child
 *   copy    as a child of a forked copy of itself
 *   orphan  as a child that outlives it: COMMAND starts when nobody waits for it any more
 *   detach  as a child that outlives a forked copy of it
 *   own     as a child that asked for SIGHUP by itself
 *   self    in its own place
 *   thread  as a child of a thread that ends when there is a FILE: kin thread FILE COMMAND…
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char **command;
static const char *asked;

static int start(void)
{
    execvp(command[0], command);
    return 127;
}

static int wait_for(pid_t child)
{
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 126;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int copy(void)
{
    const pid_t child = fork();
    return child ? wait_for(child) : start();
}

static int leave_orphan(void)
{
    const pid_t parent = getpid();
    if (fork())
        _exit(0);
    while (getppid() == parent)
        usleep(1000);
    return start();
}

static int detach(void)
{
    int ends[2];
    char byte;
    if (pipe(ends) < 0)
        return 126;
    const pid_t child = fork();
    if (!child) {
        close(ends[0]);
        return leave_orphan();
    }
    close(ends[1]);
    const int ret = wait_for(child);
    /* The command's end closes the other side. */
    return read(ends[0], &byte, 1) == 0 ? ret : 126;
}

static void *start_in_thread(void *ret_child)
{
    const pid_t child = fork();
    if (!child)
        _exit(start());
    *(pid_t *)ret_child = child;
    while (access(asked, F_OK) < 0) /* Until the command has asked. */
        usleep(1000);
    return NULL;
}

static int start_by_thread(void)
{
    pthread_t thread;
    pid_t child = -1;
    if (pthread_create(&thread, NULL, start_in_thread, &child))
        return 126;
    pthread_join(thread, NULL);
    return wait_for(child);
}

static int run(const char *way)
{
    if (!strcmp(way, "orphan"))
        return leave_orphan();
    if (!strcmp(way, "self"))
        return start();
    if (!strcmp(way, "detach"))
        return detach();
    if (!strcmp(way, "thread"))
        return start_by_thread();

    const pid_t child = fork();
    if (child)
        return wait_for(child);
    if (!strcmp(way, "own"))
        prctl(PR_SET_PDEATHSIG, SIGHUP);
    return strcmp(way, "copy") ? start() : copy();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "asked")) {
        int signal = -1;
        prctl(PR_GET_PDEATHSIG, &signal);
        return printf("%d\n", signal) < 0;
    }
    if (argc < 3)
        return 2;
    command = argv + 2;
    if (!strcmp(argv[1], "thread"))
        asked = *command++;
    return run(argv[1]);
}
