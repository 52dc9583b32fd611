/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One loop: reap, then wait for a signal. All signals that can be waited for are blocked
 * from before the fork on, so none is lost, and nothing wakes up without one but the clock
 * of the grace. Nothing is allocated here.
 */
#include "snug/cli/run/init.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "snug/cli/run/capabilities.h"
#include "snug/cli/run/terminal.h"
#include "snug/policy/values.h"

enum { SIGNALLED = 128, NSEC_PER_SEC = 1000000000, STEP_NSEC = NSEC_PER_SEC / 5 };

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
    bool has_ended;
    int code;     /* Once it has ended. */
    bool is_told; /* A signal to end was sent to the group. */
    bool is_killed;
    bool has_deadline;
    struct timespec deadline;
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
        warn("init: not PID 1 and no subreaper, so orphans are not reaped");
}

/* If the parent is gone by now, the kernel has nothing to tell. */
static void watch_parent(int signal)
{
    const pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0)
        warn("init: PR_SET_PDEATHSIG");
    else if (getppid() != parent)
        (void)raise(signal);
}

/* To the group; to the program alone if that has left its group. ESRCH is no failure: it
 * has just ended. */
static void send(const struct state *state, int signal)
{
    if (kill(-state->program, signal) < 0 && errno == ESRCH && !state->has_ended)
        (void)kill(state->program, signal);
}

static bool is_group_empty(const struct state *state)
{
    return kill(-state->program, 0) < 0 && errno == ESRCH;
}

static struct timespec now(void)
{
    struct timespec ret;
    (void)clock_gettime(CLOCK_MONOTONIC, &ret); /* There is that clock. */
    return ret;
}

static void set_deadline(struct state *state, unsigned seconds)
{
    state->deadline = now();
    state->deadline.tv_sec += (time_t)seconds;
    state->has_deadline = true;
}

/* Zero once it is over. */
static struct timespec time_left(const struct state *state)
{
    const struct timespec at = now();
    struct timespec ret = {
        .tv_sec = state->deadline.tv_sec - at.tv_sec,
        .tv_nsec = state->deadline.tv_nsec - at.tv_nsec,
    };
    if (ret.tv_nsec < 0) {
        ret.tv_nsec += NSEC_PER_SEC;
        ret.tv_sec--;
    }
    return ret.tv_sec < 0 ? (struct timespec){0} : ret;
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
    warnx("init: signal %s to group %d", name, (int)state->program);
}

static void forward(struct state *state, int signal)
{
    if (state->wishes->is_verbose)
        say_forwarded(state, signal);
    send(state, signal);
    if (!means_the_end(signal))
        return;
    if (!state->is_told && state->wishes->grace_sec)
        set_deadline(state, state->wishes->grace_sec);
    state->is_told = true;
}

static int code_of(int status)
{
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* All that have ended by now: one SIGCHLD may stand for many. */
static void reap(struct state *state)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        const bool is_program = pid == state->program;
        if (WIFSTOPPED(status)) {
            if (is_program)
                snug_terminal_stop_along(&state->terminal);
        } else if (is_program) {
            state->has_ended = true;
            state->code = code_of(status);
        } else if (state->wishes->warns_reaped) {
            warnx("init: reaped process %d, status %d", (int)pid, code_of(status));
        }
    }
}

/* What the program left in its group is told to end, if that has not been done, and has
 * what is left of the grace. */
static void wind_up(struct state *state)
{
    if (!state->is_told)
        forward(state, SIGTERM);
}

static void pass_deadline(struct state *state)
{
    state->has_deadline = false;
    if (state->is_killed)
        return;
    warnx("init: group %d has not ended within %u s: SIGKILL", (int)state->program,
          state->wishes->grace_sec);
    send(state, SIGKILL);
    state->is_killed = true;
    /* It takes a moment, and may take for ever where a process hangs in the kernel. */
    set_deadline(state, 1);
}

/* Waits for a signal and hands it on. Members of the group whose parent is elsewhere send
 * none when they end, so once the program has ended, the group is looked at now and then.
 */
static void wait_for_signal(struct state *state)
{
    siginfo_t info;
    struct timespec left = {0};
    if (state->has_deadline) {
        left = time_left(state);
        if (!left.tv_sec && !left.tv_nsec) {
            pass_deadline(state);
            return;
        }
        if (state->has_ended && (left.tv_sec || left.tv_nsec > STEP_NSEC))
            left = (struct timespec){.tv_nsec = STEP_NSEC};
    }
    const int signal = state->has_deadline ? sigtimedwait(&state->awaited, &info, &left)
                                           : sigwaitinfo(&state->awaited, &info);
    /* A pipe that our own lines went to is no concern of the program's. */
    const bool is_own = signal == SIGPIPE && info.si_pid == getpid();
    if (signal > 0 && signal != SIGCHLD && !is_own)
        forward(state, signal);
}

static int watch(struct state *state)
{
    for (;;) {
        reap(state);
        if (state->has_ended) {
            const bool waits = state->wishes->grace_sec && !is_group_empty(state);
            if (!waits || (state->is_killed && !state->has_deadline))
                break;
            wind_up(state);
        }
        wait_for_signal(state);
    }
    snug_terminal_take(&state->terminal);
    const int code = state->code % SNUG_INIT_CODES;
    return state->wishes->is_success[code] ? 0 : code;
}

int snug_init_start(const struct snug_init *wishes, int *ret_status)
{
    struct dispositions before;
    struct state state = {.wishes = wishes};
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
        return 0;
    }

    const int r = snug_capabilities_drop();
    if (r < 0)
        warnx("init: capabilities cannot be given up: %s", strerror(-r));
    *ret_status = watch(&state);
    return 1;
}
