/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime counts CPUs by one raw sched_getaffinity, the only one with room for 65,536
 * of them: glibc and musl ask with less. Its answer is cut at the end of the call, in the
 * program's memory. The mask itself is never touched, so a program that is killed, stopped
 * or forks meanwhile has the one it would have anyway, and so have its children.
 *
 * After the count the runtime reads its variables and starts a thread, and then only runs
 * what is the program's own. That moment comes as an event, so the calls in between cost no
 * stops.
 *
 * A thread or a process that comes before the count is a constructor's, which may wait for
 * it, or the runtime's own of C code with Go linked in. That one counts elsewhere, so where
 * it may be that, the watch ends there.
 *
 * A packed program is followed as long as what it calls is what a stub, a loader and a
 * runtime's start call. It must be a Go program in its memory when it counts, so that no
 * other has its answer cut.
 */
#include "snug/cli/trace/tracer.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cli/trace/disposition.h"
#include "snug/cli/trace/unpacking.h"

enum {
    ANSWER_BYTES = 8192,
    WORD_BYTES = sizeof(long),
    /* A loader makes a few dozen, with many objects some hundreds. */
    CALLS_MAX = 2000,
    /* UPX's stub makes some 20, and a C library's start as many. */
    PACKED_CALLS_MAX = 300,
    EVENT_SHIFT = 16,
    AT_CALL = SIGTRAP | 0x80,
    PATH_BYTES = 64,
};

static const long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;

/* A system call at one of its ends. */
struct call {
    uint64_t number;
    uint64_t argument[3];
    int64_t result; /* At its end. */
};

#if defined(__x86_64__)
static struct call call_of(const struct user_regs_struct *registers)
{
    return (struct call){
        .number = registers->orig_rax,
        .argument = {registers->rdi, registers->rsi, registers->rdx},
        .result = (int64_t)registers->rax,
    };
}
#else
static struct call call_of(const struct user_regs_struct *registers)
{
    return (struct call){
        .number = registers->regs[8],
        .argument = {registers->regs[0], registers->regs[1], registers->regs[2]},
        .result = (int64_t)registers->regs[0],
    };
}
#endif

/* False too for a program of 32 bits, whose registers are fewer. */
static bool read_call(pid_t program, struct call *ret)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, program, NT_PRSTATUS, &all) < 0 ||
        all.iov_len != sizeof registers)
        return false;
    *ret = call_of(&registers);
    return true;
}

/* Keeps the first `*n_left` members of a word of the answer. */
static unsigned long cut_word(unsigned long word, unsigned *n_left)
{
    unsigned long ret = 0;
    for (; word && *n_left; --*n_left) {
        ret |= word & -word;
        word &= word - 1;
    }
    return ret;
}

/* Which CPUs remain is no matter: the runtime only counts. */
static void cut_answer(const struct snug_tracer *tracer, int64_t n_bytes)
{
    unsigned n_left = tracer->n_cpus;
    if (n_bytes > ANSWER_BYTES)
        return;
    for (int64_t i = 0; i + WORD_BYTES <= n_bytes; i += WORD_BYTES) {
        const uint64_t at = tracer->answer_at + (uint64_t)i;
        errno = 0;
        const long word = ptrace(PTRACE_PEEKDATA, tracer->program, at, 0);
        if (errno)
            return; /* It was killed. */
        const unsigned long kept = cut_word((unsigned long)word, &n_left);
        if (kept != (unsigned long)word)
            (void)ptrace(PTRACE_POKEDATA, tracer->program, at, kept);
    }
}

static bool is_count(const struct call *call)
{
    return call->number == SYS_sched_getaffinity && call->argument[0] == 0 &&
           call->argument[1] == ANSWER_BYTES;
}

/* Another program is to start as if nobody had traced this one: its privileges depend on
 * that. */
static bool is_exec(const struct call *call)
{
    return call->number == SYS_execve || call->number == SYS_execveat;
}

/* Whether it starts a thread or a process, or waits for one. */
static bool has_company(const struct call *call)
{
    switch (call->number) {
#if defined(__x86_64__)
    case SYS_fork:
    case SYS_vfork:
#endif
    case SYS_clone:
    case SYS_clone3:
    case SYS_wait4:
    case SYS_waitid:
        return true;
    default:
        return false;
    }
}

/* What it has SIGCHLD do, by its first word: the handler. */
static void note_action(struct snug_tracer *tracer, const struct call *call)
{
    if (call->number != SYS_rt_sigaction || call->argument[0] != SIGCHLD ||
        !call->argument[1])
        return;
    tracer->has_acted = true;
    errno = 0;
    const long handler = ptrace(PTRACE_PEEKDATA, tracer->program, call->argument[1], 0);
    if (!errno)
        tracer->is_deaf = handler == (long)(intptr_t)SIG_IGN;
}

/* Whether this is not the start of a Go program, or may not be. */
static bool is_other(struct snug_tracer *tracer, const struct call *call)
{
    if (tracer->n_calls > CALLS_MAX)
        return true;
    if (!tracer->is_packed)
        return tracer->may_be_archive && has_company(call);
    if (is_count(call))
        return !snug_unpacking_is_go(tracer->program, &tracer->go_minor);
    return tracer->n_calls > PACKED_CALLS_MAX ||
           !snug_unpacking_calls(call->number, call->argument[0]);
}

/* It begins the call once more then. Where it could not be done, the next call tries again.
 */
static void put_back(struct snug_tracer *tracer)
{
    if (!tracer->is_deaf && !tracer->has_acted) {
        if (!snug_disposition_restore(tracer->program, false))
            return;
        tracer->is_inside = false;
    }
    tracer->ignores_child = false;
}

/* False if there is nothing more to wait for. */
static bool pass_call(struct snug_tracer *tracer)
{
    struct call call;
    if (!read_call(tracer->program, &call))
        return false;
    tracer->is_inside = !tracer->is_inside;
    if (tracer->is_inside) {
        tracer->n_calls++;
        tracer->number = call.number;
        tracer->argument = call.argument[0];
        tracer->answer_at = is_count(&call) ? call.argument[2] : 0;
        note_action(tracer, &call);
        tracer->is_at_exec = is_exec(&call);
        tracer->is_other = !tracer->is_at_exec && is_other(tracer, &call);
        if (tracer->is_at_exec || tracer->is_other)
            return false;
        if (tracer->ignores_child && has_company(&call))
            put_back(tracer);
        return true;
    }
    if (!tracer->answer_at)
        return true;
    if (tracer->n_cpus)
        cut_answer(tracer, call.result);
    tracer->has_counted = true;
    return false;
}

/* False if nobody wants to know when its runtime starts a thread. */
static bool await_thread(const struct snug_tracer *tracer)
{
    return tracer->awaits_thread && tracer->has_counted &&
           ptrace(PTRACE_SETOPTIONS, tracer->program, 0, options | PTRACE_O_TRACECLONE) ==
               0;
}

static bool is_stop_signal(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

int snug_tracer_attach(pid_t program, struct snug_tracer *tracer)
{
    tracer->program = program;
    if (ptrace(PTRACE_SEIZE, program, 0, options) < 0)
        return -errno;
    tracer->is_on = true;
    return 0;
}

bool snug_tracer_step(struct snug_tracer *tracer, int status)
{
    const int event = status >> EVENT_SHIFT;
    const int signal = WSTOPSIG(status);
    int passed = 0;
    if (event == PTRACE_EVENT_CLONE || (event == PTRACE_EVENT_EXEC && tracer->has_begun)) {
        tracer->is_at_thread = event == PTRACE_EVENT_CLONE;
        tracer->is_on = false;
        return false;
    }
    if (event == PTRACE_EVENT_EXEC) {
        tracer->has_begun = true;
        tracer->is_inside = true; /* Of execve. */
    } else if (event == PTRACE_EVENT_STOP) {
        if (is_stop_signal(signal)) {
            /* It remains stopped, as it would be otherwise, until SIGCONT. */
            (void)ptrace(PTRACE_LISTEN, tracer->program, 0, 0);
            return true;
        }
    } else if (signal == AT_CALL) {
        if (!pass_call(tracer) && !await_thread(tracer)) {
            tracer->is_on = false;
            return false;
        }
    } else {
        passed = signal;
    }
    const bool sees_calls = tracer->has_begun && !tracer->has_counted;
    (void)ptrace(sees_calls ? PTRACE_SYSCALL : PTRACE_CONT, tracer->program, 0, passed);
    return false;
}

/* A socket may have a time for its calls: such a call does not begin anew. */
static bool may_be_socket(pid_t program, uint64_t fd)
{
    char path[PATH_BYTES];
    char target[PATH_BYTES] = {0};
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", program, (int)fd);
    return readlink(path, target, sizeof target - 1) < 0 ||
           strncmp(target, "socket:", sizeof "socket:" - 1) == 0;
}

/* Whether a stop, without a signal that is handled, does it no harm: signal(7). What is not
 * here may end with EINTR, as epoll_wait, or is none to wait in for long. */
static bool begins_anew(const struct snug_tracer *tracer)
{
    switch (tracer->number) {
#if defined(__x86_64__)
    case SYS_poll:
    case SYS_select:
    case SYS_pause:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_rt_sigsuspend:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_restart_syscall:
    case SYS_futex:
    case SYS_wait4:
    case SYS_waitid:
        return true;
    case SYS_read:
    case SYS_readv:
    case SYS_write:
    case SYS_writev:
        return !may_be_socket(tracer->program, tracer->argument);
    default:
        return false;
    }
}

void snug_tracer_hurry(struct snug_tracer *tracer)
{
    if (tracer->has_counted || tracer->n_calls >= CALLS_MAX)
        return;
    tracer->n_calls = CALLS_MAX;
    if (!tracer->is_inside || begins_anew(tracer))
        (void)ptrace(PTRACE_INTERRUPT, tracer->program, 0, 0);
}

void snug_tracer_let_go(const struct snug_tracer *tracer)
{
    /* A program that was killed meanwhile is no error: waitpid will tell. */
    (void)ptrace(PTRACE_DETACH, tracer->program, 0, 0);
}

bool snug_tracer_frees_thread(pid_t thread, int status)
{
    return status >> EVENT_SHIFT == PTRACE_EVENT_STOP &&
           ptrace(PTRACE_DETACH, thread, 0, 0) == 0;
}
