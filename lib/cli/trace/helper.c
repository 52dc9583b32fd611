/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A child would be left to the program as a zombie, and an orphan to the first process of
 * the PID namespace, which may be the program too. So SIGCHLD is ignored over the exec: the
 * kernel then reaps the helper itself. A Go program does not notice. Its runtime gives
 * SIGCHLD a handler of its own, whatever it was, a moment after the count. So the helper
 * does not let the program go and ends then: it ends, which lets the program go, and the
 * kernel does both in one step. A program that goes on to another one before that would
 * leave it SIGCHLD ignored for good, so it is put back then: see disposition.c.
 */
#include "snug/cli/trace/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cli/trace/descriptors.h"
#include "snug/cli/trace/disposition.h"
#include "snug/cli/trace/tracer.h"

enum { PATIENCE_MS = 10 };

/* Until the program is let go, or has ended. */
static void follow(struct snug_tracer *tracer)
{
    int status;
    while (tracer->is_on) {
        const pid_t pid = waitpid(tracer->program, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0 || !WIFSTOPPED(status))
            return;
        (void)snug_tracer_step(tracer, status); /* A stop ends by itself. */
    }
}

/* What is meant for the program's group, or comes from its terminal, is not for this one:
 * were it stopped, the program would be. */
static void stand_aside(int kept)
{
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    (void)setsid(); /* It leads no group, being new. */
    snug_descriptors_give_up(kept);
}

/* Never returns. */
static void serve(pid_t program, unsigned n_cpus, bool is_deaf, int parent)
{
    struct snug_tracer tracer = {.n_cpus = n_cpus, .is_deaf = is_deaf};
    char word = 0;
    stand_aside(parent);
    if (write(parent, &word, sizeof word) != sizeof word ||
        read(parent, &word, sizeof word) != sizeof word)
        _exit(0);
    int r = snug_tracer_attach(program, &tracer);
    if (r == 0 && getppid() != program)
        r = -ESRCH; /* Somebody else has that number now; it is let go by the exit. */
    if (write(parent, &r, sizeof r) == sizeof r && r == 0)
        follow(&tracer);
    if (tracer.is_at_exec && !tracer.is_deaf)
        snug_disposition_restore(program);
    _exit(0);
}

/* Until it stands aside. A SIGSTOP for the group may have come to it before that, and the
 * SIGCONT behind it no more. */
static void await(int child, pid_t helper)
{
    struct pollfd at = {.fd = child, .events = POLLIN};
    int r;
    while ((r = poll(&at, 1, PATIENCE_MS)) == 0 || (r < 0 && errno == EINTR))
        (void)kill(helper, SIGCONT);
}

/* Where Yama restricts tracing, a child may trace its parent if that says so; elsewhere the
 * call is unknown. */
static int ask(int child, pid_t helper)
{
    char word;
    int r;
    await(child, helper);
    (void)prctl(PR_SET_PTRACER, (unsigned long)helper, 0, 0, 0);
    if (recv(child, &word, sizeof word, 0) != sizeof word ||
        send(child, &word, sizeof word, MSG_NOSIGNAL) != sizeof word ||
        recv(child, &r, sizeof r, MSG_WAITALL) != sizeof r)
        r = -ECHILD;
    return r;
}

int snug_helper_start(unsigned n_cpus, struct snug_helper *ret)
{
    static const struct sigaction ignored = {.sa_handler = SIG_IGN};
    const pid_t program = getpid();
    int end[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
        return -errno;
    (void)sigaction(SIGCHLD, &ignored, &ret->of_child);
    ret->pid = fork();
    if (ret->pid == 0)
        serve(program, n_cpus, ret->of_child.sa_handler == SIG_IGN, end[1]);
    int r = ret->pid < 0 ? -errno : 0;
    (void)close(end[1]); /* Nothing was written. */
    if (r == 0)
        r = ask(end[0], ret->pid);
    (void)close(end[0]);
    if (r < 0)
        snug_helper_end(ret);
    return r;
}

void snug_helper_end(const struct snug_helper *helper)
{
    /* It may have ended by itself. As SIGCHLD is ignored, this waits until it has, and
     * fails then. */
    if (helper->pid > 0 && kill(helper->pid, SIGKILL) == 0)
        while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    (void)sigaction(SIGCHLD, &helper->of_child, NULL);
}
