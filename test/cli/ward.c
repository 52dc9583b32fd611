/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program for the tests of snug run --init to start.
 *
 *   ward state      prints what an init could have changed: signals, capabilities, group
 *   ward signals    says `ready PID`, then the number of each signal that comes, and ends
 *                   with status 9 at the highest one
 *   ward values     the same, with the values of sigqueue(3) behind the numbers
 *   ward queue PID SIGNAL VALUE     sends such a signal
 *   ward orphans N  leaves N orphans, half of them ending at once, and ends with status 0
 *                   when nothing is left of them in this PID namespace
 *   ward stubborn   says `ready PID`, ignores SIGTERM, and lives for hours
 *   ward moments N COMMAND…         starts it N times, with a SIGTERM in one of its first
 *                   ten milliseconds; ends with status 0 if it ended by that each time
 */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 1000, PAUSE_NSEC = 10000000 };

static void sleep_a_moment(void)
{
    (void)nanosleep(&(struct timespec){0, PAUSE_NSEC}, NULL);
}

static int show_state(void)
{
    static const char *const shown[] = {"Sig", "Shd", "Cap", "NoNewPrivs"};
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
            if (strncmp(line, shown[i], strlen(shown[i])) == 0)
                (void)fputs(line, stdout);
    int parent_signal = 0;
    (void)prctl(PR_GET_PDEATHSIG, &parent_signal);
    int is_subreaper = 0;
    (void)prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper);
    (void)printf("securebits %d, keepcaps %d, pdeathsig %d, dumpable %d, subreaper %d\n",
                 prctl(PR_GET_SECUREBITS), prctl(PR_GET_KEEPCAPS), parent_signal,
                 prctl(PR_GET_DUMPABLE), is_subreaper);
    return 0;
}

static int show_signals(bool has_values)
{
    sigset_t all;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)printf("ready %d\n", (int)getpid());
    (void)fflush(stdout);
    for (;;) {
        siginfo_t info;
        const int signal = sigwaitinfo(&all, &info);
        (void)printf("%d", signal);
        if (has_values && info.si_code == SI_QUEUE)
            (void)printf(" value %d of %d", info.si_value.sival_int, (int)info.si_pid);
        (void)printf("\n");
        (void)fflush(stdout);
        if (signal == SIGRTMAX)
            return 9;
    }
}

/* Says its own number, by which it is the sender. */
static int queue(char *const *argument)
{
    const union sigval value = {.sival_int = atoi(argument[2])};
    (void)printf("%d\n", (int)getpid());
    return sigqueue(atoi(argument[0]), atoi(argument[1]), value) < 0;
}

/* Other processes than the first one and this one. */
static int count_others(void)
{
    int ret = 0;
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (isdigit((unsigned char)entry->d_name[0])) {
            const int pid = atoi(entry->d_name);
            ret += pid != 1 && pid != getpid();
        }
    if (directory)
        (void)closedir(directory);
    return ret;
}

/* It ends when the other end of the pipe is closed everywhere. */
static int leave_orphan(const int *pipe_ends)
{
    char byte;
    const pid_t middle = fork();
    if (middle == 0) {
        (void)close(pipe_ends[1]);
        if (fork() == 0)
            _exit(read(pipe_ends[0], &byte, 1) < 0);
        _exit(0);
    }
    return middle > 0 && waitpid(middle, NULL, 0) == middle ? 0 : -1;
}

static int leave_orphans(int n)
{
    int open_pipe[2];
    int closed_pipe[2];
    if (pipe(open_pipe) < 0 || pipe(closed_pipe) < 0)
        return 1;
    (void)close(closed_pipe[1]);
    for (int i = 0; i < n; i++)
        if (leave_orphan(i % 2 ? open_pipe : closed_pipe) < 0)
            return 1;

    const int n_before = count_others();
    (void)close(open_pipe[1]);
    int n_left = n;
    for (int i = 0; n_left && i < TRIES; i++) {
        sleep_a_moment();
        n_left = count_others();
    }
    (void)printf("%d before, %d left\n", n_before, n_left);
    return n_before < n / 2 || n_left;
}

static int be_stubborn(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)printf("ready %d\n", (int)getpid());
    (void)fflush(stdout);
    (void)sleep(9999);
    return 0;
}

/* Not by a shell: the signal may meet a copy of it that has not called exec, and be lost
 * there. */
static int find_moments(int n, char **command)
{
    for (int i = 0; i < n; i++) {
        int status = 0;
        const pid_t pid = fork();
        if (pid == 0) {
            (void)execv(command[0], command);
            _exit(127);
        }
        (void)nanosleep(&(struct timespec){0, i % 10 * 1000000}, NULL);
        if (pid < 0 || kill(pid, SIGTERM) < 0 || waitpid(pid, &status, 0) != pid)
            return 1;
        if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) &&
            !(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM)) {
            (void)printf("round %d: status %#x\n", i, (unsigned)status);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "state") == 0)
        return show_state();
    if (argc == 2 && strcmp(argv[1], "signals") == 0)
        return show_signals(false);
    if (argc == 2 && strcmp(argv[1], "values") == 0)
        return show_signals(true);
    if (argc == 5 && strcmp(argv[1], "queue") == 0)
        return queue(argv + 2);
    if (argc == 2 && strcmp(argv[1], "stubborn") == 0)
        return be_stubborn();
    if (argc == 3 && strcmp(argv[1], "orphans") == 0)
        return leave_orphans(atoi(argv[2]));
    if (argc > 3 && strcmp(argv[1], "moments") == 0)
        return find_moments(atoi(argv[2]), argv + 3);
    return 2;
}
