/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Starts a program and lets chosen system calls of the preload object fail:
 *
 *   faults OBJECT REPORT [no-room] [N:ERRNO…] -- PROGRAM [ARGUMENT…]
 *
 * Calls count from 1 if their instruction lies in the mapped OBJECT, in all threads and
 * children. `N:short` lets a read return one byte. The exit code is the program's, 128 and
 * the signal if it was killed. REPORT gets a line for each of these calls, then what stood
 * at the program's end: `descriptor 0 /dev/null`, without the number from 3 on, and
 * `affinity` for each thread.
 *
 * With `no-room` the start vector has neither AT_FLAGS nor AT_CLKTCK.
 *
 * A call that fails is not made, but close: the kernel gives the descriptor back whatever
 * it answers.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "snug/base/calls.h"

enum { FAULTS_MAX = 16, PENDING_MAX = 64, SHORT = -1 };

static struct {
    long n;
    int error;
} fault[FAULTS_MAX];
static int n_faults;

/* Calls that were entered and are to return something else. */
static struct {
    pid_t tid;
    int error;
} pending[PENDING_MAX];

static FILE *report;
static const char *object;
static pid_t first;
static unsigned long long low, high; /* Where the object is; 0 if it is not. */
static long n_calls;
static int has_ended;
static int takes_room;

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static void find_object(pid_t tid)
{
    char path[64];
    char line[4400];
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)tid);
    FILE *maps = fopen(path, "re");
    if (!maps)
        return;
    while (fgets(line, sizeof line, maps)) {
        unsigned long long from;
        unsigned long long to;
        char permissions[8];
        line[strcspn(line, "\n")] = 0;
        const char *name = strchr(line, '/');
        if (name && !strcmp(name, object) &&
            sscanf(line, "%llx-%llx %7s", &from, &to, permissions) == 3 &&
            permissions[2] == 'x') {
            low = from;
            high = to;
        }
    }
    (void)fclose(maps);
}

#if defined(__x86_64__)

static void change(pid_t tid, int skips, int shortens, long answer)
{
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
        return;
    if (skips)
        regs.orig_rax = (unsigned long)-1;
    else if (shortens)
        regs.rdx = 1;
    else
        regs.rax = (unsigned long)answer;
    (void)ptrace(PTRACE_SETREGS, tid, NULL, &regs);
}

#else

static void change(pid_t tid, int skips, int shortens, long answer)
{
    struct user_regs_struct regs;
    struct iovec all = {&regs, sizeof regs};
    int number = -1;
    struct iovec call = {&number, sizeof number};
    if (skips) {
        (void)ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &call);
        return;
    }
    if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) < 0)
        return;
    if (shortens)
        regs.regs[2] = 1;
    else
        regs.regs[0] = (unsigned long)answer;
    (void)ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all);
}

#endif

static void begin_fault(pid_t tid, unsigned long long number, int error)
{
    if (error == SHORT) {
        if (number == SYS_read)
            change(tid, 0, 1, 0);
        return;
    }
    for (int i = 0; i < PENDING_MAX; i++)
        if (!pending[i].tid) {
            pending[i].tid = tid;
            pending[i].error = error;
            break;
        }
    if (number != SYS_close)
        change(tid, 1, 0, 0);
}

static void see_entry(pid_t tid, unsigned long long number, unsigned long long at)
{
    if (!high)
        find_object(tid);
    if (at < low || at >= high)
        return;
    n_calls++;
    char name[64];
    struct snug_builder out = snug_text_build(name, sizeof name);
    snug_calls_put_name(&out, number);
    fprintf(report, "call %ld %s %llu\n", n_calls, name, number);
    for (int i = 0; i < n_faults; i++)
        if (fault[i].n == n_calls)
            begin_fault(tid, number, fault[i].error);
}

static void see_exit(pid_t tid)
{
    for (int i = 0; i < PENDING_MAX; i++)
        if (pending[i].tid == tid) {
            change(tid, 0, 0, -pending[i].error);
            pending[i].tid = 0;
        }
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
    return atoi((*a)->d_name) - atoi((*b)->d_name);
}

static void report_affinity(const char *task)
{
    char path[320];
    char line[4096];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)first, task);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "Cpus_allowed_list:", 18))
            fprintf(report, "affinity%s", line + 18);
    if (status)
        (void)fclose(status);
}

/* What is open, without the numbers that tell one pipe, socket or process from another. Nor
 * is the descriptor's own told but of the standard streams: it depends on what other
 * threads had open when a Go program opened it. */
static void report_descriptor(const char *name)
{
    char path[320];
    char target[4096];
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)first, name);
    const ssize_t n = readlink(path, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = 0;
    int n_own = 0;
    (void)sscanf(target, "/proc/%*d%n", &n_own);
    if (target[0] != '/')
        target[strcspn(target, "0123456789")] = 0;
    fprintf(report, "descriptor %s %s%s\n", atoi(name) < 3 ? name : "-",
            n_own ? "/proc/self" : "", target + n_own);
}

/* What the program leaves behind, when it asks to end. */
static void see_end(void)
{
    char path[64];
    struct dirent **entry;
    has_ended = 1;
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)first);
    int n = scandir(path, &entry, NULL, by_number);
    for (int i = 0; i < n; i++)
        if (entry[i]->d_name[0] != '.')
            report_descriptor(entry[i]->d_name);

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)first);
    n = scandir(path, &entry, NULL, by_number);
    for (int i = 0; i < n; i++)
        if (entry[i]->d_name[0] != '.')
            report_affinity(entry[i]->d_name);
}

static int is_of_first(pid_t tid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d", (int)first, (int)tid);
    return access(path, F_OK) == 0;
}

static void see_call(pid_t tid)
{
    struct ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        see_exit(tid);
    } else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        see_entry(tid, info.entry.nr, info.instruction_pointer);
        if (info.entry.nr == SYS_exit_group && !has_ended && is_of_first(tid))
            see_end();
    }
}

/* Where the stack of a program that has just been executed begins. */
static long find_stack(pid_t tid)
{
    struct user_regs_struct regs;
    struct iovec all = {&regs, sizeof regs};
    if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) < 0)
        die("registers");
#if defined(__x86_64__)
    return (long)regs.rsp;
#else
    return (long)regs.sp;
#endif
}

/* Makes pairs that nobody needs to pairs that everybody skips: a start vector of a kernel
 * that writes neither. */
static void take_room(pid_t tid)
{
    const long word = sizeof(long);
    long at = find_stack(tid);
    at += (ptrace(PTRACE_PEEKDATA, tid, at, NULL) + 2) * word;
    while (ptrace(PTRACE_PEEKDATA, tid, at, NULL))
        at += word;
    for (at += word;; at += 2 * word) {
        const long type = ptrace(PTRACE_PEEKDATA, tid, at, NULL);
        if (type == AT_NULL)
            return;
        if (type == AT_FLAGS || type == AT_CLKTCK)
            (void)ptrace(PTRACE_POKEDATA, tid, at, AT_IGNORE);
    }
}

/* Lets the thread go on from whatever stopped it. */
static void go_on(pid_t tid, int status)
{
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    long deliver = 0;
    if (signal == (SIGTRAP | 0x80)) {
        see_call(tid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        (void)ptrace(PTRACE_LISTEN, tid, NULL, NULL);
        return;
    } else if (event == PTRACE_EVENT_EXEC) {
        low = high = 0;
        if (takes_room)
            take_room(tid);
    } else if (!event) {
        deliver = signal;
    }
    (void)ptrace(PTRACE_SYSCALL, tid, NULL, deliver);
}

static void start(char **argv)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                         PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    int gate[2];
    char token;
    if (pipe2(gate, O_CLOEXEC) < 0)
        die("pipe");
    first = fork();
    if (first < 0)
        die("fork");
    if (first == 0) {
        if (read(gate[0], &token, 1) == 1)
            execvp(argv[0], argv);
        _exit(127);
    }
    if (ptrace(PTRACE_SEIZE, first, NULL, options) < 0) {
        perror("machine lacks permission to trace");
        exit(77);
    }
    /* It stops before it reads on, so that its next system call is seen. */
    if (ptrace(PTRACE_INTERRUPT, first, NULL, NULL) < 0 || write(gate[1], "", 1) != 1)
        die("gate");
    (void)close(gate[0]);
    (void)close(gate[1]);
}

int main(int argc, char **argv)
{
    int i = 3;
    if (argc < 5)
        return 125;
    object = argv[1];
    report = fopen(argv[2], "we");
    if (!report)
        die(argv[2]);
    for (; i < argc && strcmp(argv[i], "--") && n_faults < FAULTS_MAX; i++) {
        const char *colon = strchr(argv[i], ':');
        if (!colon) {
            takes_room = 1;
            continue;
        }
        fault[n_faults].n = atol(argv[i]);
        fault[n_faults++].error = !strcmp(colon + 1, "short") ? SHORT : atoi(colon + 1);
    }
    start(argv + i + 1);

    for (;;) {
        int status;
        const pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0)
            die("wait");
        if (tid == first && (WIFEXITED(status) || WIFSIGNALED(status))) {
            (void)fclose(report);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (WIFSTOPPED(status))
            go_on(tid, status);
    }
}
