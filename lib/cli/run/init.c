/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One loop: reap, then wait for a signal. All signals that can be waited for are blocked
 * from before the fork on, so none is lost, and nothing wakes up without one but the clock
 * of the grace. Nothing is allocated here, and no line is waited for.
 */
#include "snug/cli/run/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "snug/cli/run/attendant.h"
#include "snug/cli/run/capabilities.h"
#include "snug/cli/run/notice.h"
#include "snug/cli/run/terminal.h"
#include "snug/cli/trace/descriptors.h"
#include "snug/policy/values.h"

enum { SIGNALLED = 128, MSEC_PER_SEC = 1000, STEP_NSEC = 200000000 };

/* PIDFD_SIGNAL_PROCESS_GROUP, for headers of older kernels. */
enum { TO_PROCESS_GROUP = 1U << 2 };

/* Faults of this process itself. */
static const int synchronous[] = {
    SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS,
};

/* To be ignored: who waits for a program at the terminal is in the background. */
static const int of_terminal[] = {SIGTTIN, SIGTTOU};

enum { N_OF_TERMINAL = sizeof of_terminal / sizeof *of_terminal };

/* As it was, for the program. */
struct dispositions {
    sigset_t mask;
    struct sigaction of_child;
    struct sigaction of_terminal[N_OF_TERMINAL];
};

struct state {
    const struct snug_init *wishes;
    sigset_t awaited;
    struct snug_terminal terminal;
    pid_t program; /* Also its group's number. */
    struct snug_tracer tracer;
    bool has_ended;
    int code;     /* Once it has ended. */
    bool is_told; /* A signal to end was sent to the whole group. */
    bool is_killed;
    struct snug_deadline deadline;
    struct snug_attendant *attendant; /* NULL: nothing is followed from here. */
    bool has_dropped;                 /* Its capabilities. */
};

static void seize_signals(struct dispositions *before, sigset_t *ret_awaited)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)sigfillset(ret_awaited);
    for (size_t i = 0; i < sizeof synchronous / sizeof *synchronous; i++)
        (void)sigdelset(ret_awaited, synchronous[i]);
    for (size_t i = 0; i < N_OF_TERMINAL; i++) {
        (void)sigdelset(ret_awaited, of_terminal[i]);
        (void)sigaction(of_terminal[i], &ignore, &before->of_terminal[i]);
    }
    /* Where SIGCHLD is ignored, the kernel reaps and nobody learns the code. */
    (void)sigaction(SIGCHLD, &standard, &before->of_child);
    (void)sigprocmask(SIG_SETMASK, ret_awaited, &before->mask);
}

static void restore_signals(const struct dispositions *before)
{
    for (size_t i = 0; i < N_OF_TERMINAL; i++)
        (void)sigaction(of_terminal[i], &before->of_terminal[i], NULL);
    (void)sigaction(SIGCHLD, &before->of_child, NULL);
    (void)sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* Orphans come to the first process of a PID namespace; elsewhere it takes a wish. */
static void adopt_orphans(void)
{
    if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        snug_notice_write("not PID 1 and no subreaper, so orphans are not reaped: %s",
                          strerror(errno));
}

/* If the parent is gone by now, the kernel has nothing to tell. */
static void watch_parent(int signal)
{
    const pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
        snug_notice_write("PR_SET_PDEATHSIG: %s", strerror(errno));
    else if (getppid() != parent)
        (void)raise(signal);
}

/* With the value that sigqueue(3) gave it, if `info` is one of such a signal. Where that
 * cannot be, as beyond RLIMIT_SIGPENDING, it goes without. */
static void send_to_program(const struct state *state, int signal, siginfo_t *info)
{
    if (!info || syscall(SYS_rt_sigqueueinfo, state->program, signal, info) < 0)
        (void)kill(state->program, signal); /* It is there, if only as a zombie. */
}

/* Linux 6.9 and newer, and while the program is there, by which the group is named. */
static bool queue_to_group(const struct state *state, int signal, siginfo_t *info)
{
    const int fd = state->has_ended ? -1 : (int)syscall(SYS_pidfd_open, state->program, 0);
    if (fd < 0)
        return false;
    const bool is_sent =
        syscall(SYS_pidfd_send_signal, fd, signal, info, TO_PROCESS_GROUP) == 0;
    (void)close(fd); /* Nothing was written. */
    return is_sent;
}

/* And to the program, where that has left its group. Nobody may be left: no errors. */
static void send_to_group(const struct state *state, int signal, siginfo_t *info)
{
    if (!info || !queue_to_group(state, signal, info))
        (void)kill(-state->program, signal);
    if (!state->has_ended && getpgid(state->program) != state->program)
        send_to_program(state, signal, info);
}

/* Whether signals are for the program and not for its children. What it has left behind has
 * nobody else to tell it. */
static bool is_single(const struct state *state)
{
    return state->wishes->is_single && !state->has_ended;
}

static bool is_group_empty(const struct state *state)
{
    return kill(-state->program, 0) < 0 && errno == ESRCH;
}

static bool means_the_end(int signal)
{
    return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
}

static void say_forwarded(const struct state *state, int signal)
{
    const struct snug_setting setting = {
        .unit = SNUG_UNIT_SIGNAL,
        .number = (uint64_t)signal,
    };
    char name[16];
    struct snug_builder out = snug_text_build(name, sizeof name);
    snug_values_put(&out, SNUG_CHILD_PDEATHSIG, &setting);
    snug_notice_write("signal %s to %s %d", name, is_single(state) ? "process" : "group",
                      (int)state->program);
}

static void forward(struct state *state, int signal, siginfo_t *info)
{
    if (state->wishes->is_verbose)
        say_forwarded(state, signal);
    if (is_single(state))
        send_to_program(state, signal, info);
    else
        send_to_group(state, signal, info);
    if (!means_the_end(signal))
        return;
    if (!state->deadline.is_set && !state->is_killed && state->wishes->grace_sec)
        snug_deadline_set(&state->deadline,
                          (uint64_t)state->wishes->grace_sec * MSEC_PER_SEC);
    if (!is_single(state))
        state->is_told = true;
}

static int code_of(int status)
{
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* By a key, or for a job in the background. SIGSTOP is no matter of the terminal's: who
 * sends it to the program means that alone, and continues it. */
static bool stopped_at_terminal(int status)
{
    const int signal = WSTOPSIG(status);
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Of the program while it is traced. True if it is stopped for others too. */
static bool pass_stop(struct state *state, int status)
{
    struct snug_tracer *tracer = &state->tracer;
    const bool ret = snug_tracer_step(tracer, status);
    if (tracer->is_at_thread)
        snug_attendant_meet(state->attendant, state->program, tracer->go_minor);
    if (!tracer->is_on)
        snug_tracer_let_go(tracer);
    return ret;
}

static void see_stop(struct state *state, pid_t pid, int status)
{
    if (pid != state->program) {
        (void)snug_tracer_frees_thread(pid, status); /* Others stop by themselves. */
        return;
    }
    const bool is_seen = !state->tracer.is_on || pass_stop(state, status);
    if (is_seen && stopped_at_terminal(status))
        snug_terminal_stop_along(&state->terminal);
}

static void see_end(struct state *state, int status)
{
    state->has_ended = true;
    state->code = code_of(status);
    state->tracer.is_on = false;
    if (state->attendant)
        snug_attendant_end(state->attendant);
}

/* All that have ended by now: one SIGCHLD may stand for many. */
static void reap(struct state *state)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | __WALL)) > 0) {
        if (WIFSTOPPED(status))
            see_stop(state, pid, status);
        else if (pid == state->program)
            see_end(state, status);
        else if (state->wishes->warns_reaped)
            snug_notice_write("reaped process %d, status %d", (int)pid, code_of(status));
    }
}

/* What the program left in its group is told to end, if that has not been done, and has
 * what is left of the grace. */
static void wind_up(struct state *state)
{
    if (!state->is_told)
        forward(state, SIGTERM, NULL);
}

static void pass_deadline(struct state *state)
{
    state->deadline.is_set = false;
    if (state->is_killed)
        return;
    send_to_group(state, SIGKILL, NULL);
    state->is_killed = true;
    snug_notice_write("group %d has not ended within %u s: SIGKILL", (int)state->program,
                      state->wishes->grace_sec);
    /* It takes a moment, and may take for ever where a process hangs in the kernel. */
    snug_deadline_set(&state->deadline, MSEC_PER_SEC);
}

/* How long to wait for a signal; false: until one comes. Members of the group whose parent
 * is elsewhere send none when they end, so once the program has ended, the group is looked
 * at now and then. */
static bool find_patience(const struct state *state, struct timespec *ret)
{
    const struct snug_deadline *const grace = &state->deadline;
    const struct snug_deadline *const look =
        state->attendant ? &state->attendant->next : grace;
    if (!grace->is_set && !look->is_set)
        return false;
    *ret = snug_deadline_left(grace->is_set ? grace : look);
    if (look->is_set)
        snug_deadline_shorten(ret, snug_deadline_left(look));
    if (state->has_ended)
        snug_deadline_shorten(ret, (struct timespec){.tv_nsec = STEP_NSEC});
    return true;
}

/* Waits for a signal and hands it on, or does what is due. */
static void wait_for_signal(struct state *state)
{
    siginfo_t info;
    struct timespec left;
    if (snug_deadline_is_over(&state->deadline)) {
        pass_deadline(state);
        return;
    }
    if (state->attendant)
        snug_attendant_look(state->attendant);
    const int signal = find_patience(state, &left)
                           ? sigtimedwait(&state->awaited, &info, &left)
                           : sigwaitinfo(&state->awaited, &info);
    /* A pipe that our own lines went to is no concern of the program's. */
    const bool is_own = signal == SIGPIPE && info.si_pid == getpid();
    if (signal > 0 && signal != SIGCHLD && !is_own)
        forward(state, signal, info.si_code == SI_QUEUE ? &info : NULL);
}

/* The program has what this process has now, so until its memory is open, or has been
 * looked at, nothing may be missing here. */
static void drop_capabilities(struct state *state)
{
    const bool reads = state->attendant || state->tracer.is_packed;
    if (state->has_dropped || (reads && state->tracer.is_on))
        return;
    const int r = snug_capabilities_drop();
    if (r < 0)
        snug_notice_write("capabilities cannot be given up: %s", strerror(-r));
    state->has_dropped = true;
}

static int watch(struct state *state)
{
    for (;;) {
        reap(state);
        drop_capabilities(state);
        if (state->has_ended) {
            const bool waits = state->wishes->grace_sec && !is_group_empty(state);
            if (!waits || (state->is_killed && !state->deadline.is_set))
                break;
            wind_up(state);
        }
        wait_for_signal(state);
    }
    snug_terminal_take(&state->terminal);
    const int code = state->code % SNUG_INIT_CODES;
    return state->wishes->is_success[code] ? 0 : code;
}

/* The program waits for this, so that it does not exec before it is traced. */
static void trace(struct state *state, const int end[2])
{
    const int r = snug_tracer_attach(state->program, &state->tracer);
    const ssize_t n = write(end[1], &r, sizeof r);
    (void)n; /* Where it fails the program is gone. */
    (void)close(end[0]);
    (void)close(end[1]);
}

static int await_trace(const int end[2])
{
    int r;
    (void)close(end[1]);
    if (read(end[0], &r, sizeof r) != sizeof r)
        r = -ECHILD;
    (void)close(end[0]);
    return r;
}

int snug_init_start(const struct snug_init *wishes, const struct snug_tracer *tracer,
                    struct snug_attendant *attendant, int *ret_trace, int *ret_status)
{
    struct dispositions before;
    struct state state = {.wishes = wishes};
    int end[2];
    *ret_trace = tracer && pipe2(end, O_CLOEXEC) < 0 ? -errno : 0;
    const bool is_traced = tracer && *ret_trace == 0;
    if (is_traced) {
        state.tracer = *tracer;
        state.attendant = tracer->awaits_thread ? attendant : NULL;
    }
    seize_signals(&before, &state.awaited);
    adopt_orphans();
    if (wishes->parent_signal)
        watch_parent(wishes->parent_signal);
    state.terminal = snug_terminal_open();

    const pid_t pid = fork();
    if (pid < 0) {
        const int r = -errno;
        restore_signals(&before);
        return r;
    }
    state.program = pid ? pid : getpid();
    state.terminal.program = state.program;
    /* Both do it, so that it is done for either. */
    (void)setpgid(state.program, state.program);
    if (pid == 0) {
        snug_terminal_give(&state.terminal);
        restore_signals(&before);
        if (is_traced)
            *ret_trace = await_trace(end);
        return 0;
    }

    if (is_traced)
        trace(&state, end);
    snug_descriptors_give_up(state.terminal.fd);
    *ret_status = watch(&state);
    return 1;
}
