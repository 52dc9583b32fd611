/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A child would be left to the program as a zombie, and an orphan to the first process of
 * the PID namespace, which may be the program too. So SIGCHLD is ignored over the exec: the
 * kernel then reaps the helper itself. A Go program does not notice. Its runtime gives
 * SIGCHLD a handler of its own, whatever it was, a moment after the count. So the helper
 * does not let the program go and ends then: it ends, which lets the program go, and the
 * kernel does both in one step. Where the program has a use for SIGCHLD before, or the
 * trace ends otherwise, it is put back: see disposition.c. The helper is then a zombie for
 * as long as the program lives, which only who asks for clones sees: its end was to send no
 * signal.
 *
 * A packed program may be any, and C code with Go linked in starts no runtime on the thread
 * that is traced: both may go on without that handler. For them the helper is made an
 * orphan, of which somebody else takes care, and SIGCHLD is left alone. Only where orphans
 * come to the program itself, as to PID 1, it is a child as above.
 */
#include "snug/cli/trace/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cli/trace/descriptors.h"
#include "snug/cli/trace/disposition.h"

enum { PATIENCE_MS = 10, END_MS = 1000, TICK_SEC = 5, STILL_TICKS = 2 };

static void wake(int signal)
{
    (void)signal;
}

/* Nobody else can trace a program that waits for something. The clock goes on, for a signal
 * may come just before a wait; one tick is no time if all was frozen meanwhile. */
static void start_clock(void)
{
    static const struct sigaction handled = {.sa_handler = wake};
    static const struct itimerval clock = {{.tv_sec = TICK_SEC}, {.tv_sec = TICK_SEC}};
    sigset_t alarm;
    (void)sigemptyset(&alarm);
    (void)sigaddset(&alarm, SIGALRM);
    (void)sigaction(SIGALRM, &handled, NULL);
    (void)setitimer(ITIMER_REAL, &clock, NULL);
    (void)sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

/* Whether it has made no call for some ticks. One that is stopped is no matter. */
static bool is_still(const struct snug_tracer *tracer, bool is_stopped, unsigned *n_ticks)
{
    static unsigned n_calls;
    if (is_stopped || tracer->n_calls != n_calls)
        *n_ticks = 0;
    else
        ++*n_ticks;
    n_calls = tracer->n_calls;
    return *n_ticks >= STILL_TICKS;
}

/* Until the program is let go, or has ended, or is still and has SIGCHLD as it was. */
static void follow(struct snug_tracer *tracer, bool is_orphan)
{
    int status;
    bool is_stopped = false;
    unsigned n_ticks = 0;
    start_clock();
    while (tracer->is_on) {
        const pid_t pid = waitpid(tracer->program, &status, __WALL);
        if (pid < 0 && errno == EINTR) {
            if (!is_still(tracer, is_stopped, &n_ticks))
                continue;
            if (is_orphan)
                return;
            snug_tracer_hurry(tracer);
            continue;
        }
        if (pid < 0 || !WIFSTOPPED(status))
            return;
        is_stopped = snug_tracer_step(tracer, status); /* A stop ends by itself. */
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
static void serve(pid_t program, bool is_orphan, struct snug_tracer tracer, int parent)
{
    char word = 0;
    stand_aside(parent);
    if (write(parent, &word, sizeof word) != sizeof word ||
        read(parent, &word, sizeof word) != sizeof word)
        _exit(0);
    int r = snug_tracer_attach(program, &tracer);
    /* Somebody else may have that number now; it is let go by the exit. The one who listens
     * to an orphan is there, or the write fails. */
    if (r == 0 && !is_orphan && getppid() != program)
        r = -ESRCH;
    if (write(parent, &r, sizeof r) == sizeof r && r == 0)
        follow(&tracer, is_orphan);
    const bool is_unwanted = tracer.is_other && tracer.ignores_child && !tracer.has_acted;
    if (!is_orphan && !tracer.is_deaf && (tracer.is_at_exec || is_unwanted))
        (void)snug_disposition_restore(program, tracer.is_at_exec); /* Or it is as it is. */
    _exit(0);
}

/* A child whose end sends no signal, while this process is the one that it is: one that is
 * blocked would wait for the program. The program, once there, gets SIGCHLD of it, and does
 * not meet it when it waits for its own children. */
static pid_t fork_silently(void)
{
    return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/* Never returns. `told` is its own: the helper may speak first. */
static void bear(pid_t program, const struct snug_tracer *tracer, int parent, int told)
{
    const pid_t pid = fork_silently();
    if (pid == 0)
        serve(program, true, *tracer, parent);
    const pid_t answer = pid < 0 ? -errno : pid;
    (void)!write(told, &answer, sizeof answer); /* Else nobody listens. */
    _exit(0);
}

/* Until it says something. A SIGSTOP for the group may have come to it before, and the
 * SIGCONT behind it not: it stands aside by then, or was being forked. */
static void await(int child, pid_t helper)
{
    struct pollfd at = {.fd = child, .events = POLLIN};
    int r;
    while ((r = poll(&at, 1, PATIENCE_MS)) == 0 || (r < 0 && errno == EINTR))
        (void)kill(helper, SIGCONT);
}

/* Of an orphan, once it is one; -errno. */
static pid_t start_orphan(const struct snug_tracer *tracer, int parent)
{
    const pid_t program = getpid();
    int told[2];
    if (pipe2(told, O_CLOEXEC) < 0)
        return -errno;
    const pid_t between = fork_silently();
    pid_t ret = between < 0 ? -errno : between;
    if (between == 0)
        bear(program, tracer, parent, told[1]);
    (void)close(told[1]); /* Nothing was written. */
    if (between > 0) {
        await(told[0], between);
        if (read(told[0], &ret, sizeof ret) != sizeof ret)
            ret = -ECHILD;
        while (waitpid(between, NULL, __WALL) < 0 && errno == EINTR)
            continue;
    }
    (void)close(told[0]); /* All is read. */
    return ret;
}

/* Of a child; -errno. */
static pid_t start_child(const struct snug_tracer *tracer, int parent)
{
    const pid_t program = getpid();
    const pid_t pid = fork_silently();
    if (pid == 0)
        serve(program, false, *tracer, parent);
    return pid < 0 ? -errno : pid;
}

/* Whether orphans come to this process. */
static bool is_reaper(void)
{
    int is_subreaper = 0;
    return getpid() == 1 ||
           (prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper, 0, 0, 0) == 0 && is_subreaper);
}

/* Where Yama restricts tracing, one process may trace another that says so; elsewhere the
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

int snug_helper_start(const struct snug_tracer *wishes, struct snug_helper *ret)
{
    static const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct snug_tracer tracer = *wishes;
    int end[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
        return -errno;
    ret->is_orphan = (tracer.is_packed || tracer.may_be_archive) && !is_reaper();
    (void)sigaction(SIGCHLD, ret->is_orphan ? NULL : &ignored, &ret->of_child);
    tracer.ignores_child = !ret->is_orphan;
    tracer.is_deaf = ret->of_child.sa_handler == SIG_IGN;
    ret->pid =
        ret->is_orphan ? start_orphan(&tracer, end[1]) : start_child(&tracer, end[1]);
    (void)close(end[1]); /* Nothing was written. */
    int r = ret->pid < 0 ? ret->pid : 0;
    if (r == 0)
        r = ask(end[0], ret->pid);
    (void)close(end[0]);
    if (r < 0)
        snug_helper_end(ret);
    return r;
}

/* Nobody here learns that it has ended; without a descriptor of it nothing is waited for.
 */
static void end_orphan(pid_t helper)
{
    struct pollfd at = {.fd = (int)syscall(SYS_pidfd_open, helper, 0), .events = POLLIN};
    (void)kill(helper, SIGKILL);
    if (at.fd >= 0) {
        (void)poll(&at, 1, END_MS);
        (void)close(at.fd); /* Nothing was written. */
    }
}

void snug_helper_end(const struct snug_helper *helper)
{
    if (helper->is_orphan) {
        if (helper->pid > 0)
            end_orphan(helper->pid);
        return;
    }
    /* It may have ended by itself. */
    if (helper->pid > 0 && kill(helper->pid, SIGKILL) == 0)
        while (waitpid(helper->pid, NULL, __WALL) < 0 && errno == EINTR)
            continue;
    (void)sigaction(SIGCHLD, &helper->of_child, NULL);
}
