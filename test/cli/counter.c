/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stands in for a static Go program: carries the build information by which one is known,
 * counts CPUs as the runtime does, and says what it finds of whoever traced that.
 *
 *   counter [plain | other | exec PROGRAM… | deaf PROGRAM… | orphan | thread | become
 * PROGRAM… | privileges | wait | late CALLS | speak | stranger | parent | library | many |
 * block | epoll | closed]
 *
 * With IS_PACKED it is no Go program in its file, only once it runs, and not as a stranger.
 * With IS_VAGUE its build mode is not recorded.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_BYTES = 8192 };

#ifdef IS_PACKED
#define FIRST "\xfe"
#else
#define FIRST "\xff"
#endif

/* See probe.c. */
__attribute__((used, aligned(16), section(".go.buildinfo"))) static char information[] =
    FIRST " Go buildinf:\x08\x02"
          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
          "\x09go1.22.12"
#ifdef IS_VAGUE
          "\0";
#else
          "\x34................build\t-buildmode=exe................";
#endif

static int count(pid_t pid, size_t n_bytes)
{
    static unsigned char answer[ANSWER_BYTES];
    const long n = syscall(SYS_sched_getaffinity, pid, n_bytes, answer);
    int ret = 0;
    for (long i = 0; i < n; i++)
        ret += __builtin_popcount(answer[i]);
    return ret;
}

/* `TracerPid:\t0` */
static void print_status(const char *name)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            (void)fputs(line, stdout);
    if (status)
        (void)fclose(status);
}

/* As a Go runtime does it right after the count: no child that has ended meanwhile may be
 * left, and none may go on. */
static void print_children(void)
{
    int status;
    const pid_t pid = waitpid(-1, &status, __WALL);
    (void)printf("children %s\n", pid < 0 && errno == ECHILD ? "none" : "some");
}

static void nothing(int signal)
{
    (void)signal;
}

/* A thread of its own after the count, as the runtime starts one. */
static void *look(void *unused)
{
    char line[256];
    FILE *status = fopen("/proc/thread-self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "TracerPid:", 10) == 0)
            (void)printf("thread's %s", line);
    if (status)
        (void)fclose(status);
    return unused;
}

static void start_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, look, NULL) == 0)
        (void)pthread_join(thread, NULL);
}

/* Which of the three are closed, to descriptor 3, as everything from here on. */
static void print_closed(void)
{
    char line[] = "closed ...";
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        line[sizeof "closed" + (size_t)fd] =
            fcntl(fd, F_GETFD) < 0 ? (char)('0' + fd) : '.';
    (void)dup2(3, STDOUT_FILENO);
    (void)puts(line);
}

/* More calls than it would make, or one that no start makes. */
static void linger(const char *way, const char *n)
{
    for (long i = strcmp(way, "late") == 0 ? strtol(n, NULL, 10) : 0; i > 0; i--)
        (void)syscall(SYS_getpid);
    if (strcmp(way, "speak") == 0)
        (void)!write(STDOUT_FILENO, "\n", 1);
}

/* Whether a child can be waited for, as where SIGCHLD is not ignored. */
static void print_child(void)
{
    const pid_t pid = fork();
    int status;
    if (pid == 0)
        _exit(7);
    const bool has_ended = waitpid(pid, &status, 0) == pid && WIFEXITED(status);
    (void)printf("child's code %d\n", has_ended ? WEXITSTATUS(status) : -1);
}

/* What it is to find whatever its tracer saw of it. Only children that anyone waits for. */
static void print_life(void)
{
    int status;
    print_child();
    (void)printf("another child %s\n", waitpid(-1, &status, 0) < 0 ? "no" : "yes");
    print_status("SigIgn:");
    print_status("TracerPid:");
}

/* A call that ends with EINTR if anything at all interrupts it. */
static void wait_for_events(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    const int events = epoll_create1(EPOLL_CLOEXEC);
    (void)epoll_ctl(events, EPOLL_CTL_ADD, 3, &event);
    (void)puts("waits");
    (void)fflush(stdout);
    const int n = epoll_wait(events, &event, 1, -1);
    (void)printf("events %d, %s\n", n, n < 0 ? strerror(errno) : "no error");
}

/* Whether it does what comes before no count: a thread that counts first, as in C code with
 * Go linked in, more calls than any start makes, a wait for descriptor 3. */
static bool strays(const char *way)
{
    char byte;
    if (strcmp(way, "library") == 0)
        start_thread();
    else if (strcmp(way, "many") == 0)
        linger("late", "3000");
    else if (strcmp(way, "epoll") == 0)
        wait_for_events();
    else if (strcmp(way, "block") == 0)
        (void)!read(3, &byte, sizeof byte);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "plain";
    const bool is_stranger = strcmp(way, "stranger") == 0 || strcmp(way, "parent") == 0;
    if (!is_stranger)
        *(volatile char *)information = '\xff';
    if (strcmp(way, "parent") == 0)
        print_child();
    if (strcmp(way, "closed") == 0)
        print_closed();
    if (strays(way)) {
        print_life();
        return 3;
    }
    linger(way, argc > 2 ? argv[2] : "");
    if (strcmp(way, "deaf") == 0)
        (void)signal(SIGCHLD, SIG_IGN);
    if (strcmp(way, "exec") == 0 || strcmp(way, "deaf") == 0) {
        (void)execv(argv[2], argv + 2);
        return 127;
    }
    /* What libc and other code may ask before the runtime does. */
    if (strcmp(way, "other") == 0)
        (void)printf("others %d %d\n", count(0, 4096), count(getpid(), ANSWER_BYTES));
    if (strcmp(way, "orphan") == 0 && fork() == 0) {
        (void)printf("child counted %d\n", count(0, ANSWER_BYTES));
        return 0;
    }
    const int counted = count(0, ANSWER_BYTES);
    if (strcmp(way, "privileges") == 0) {
        (void)printf("euid %d\negid %d\n", (int)geteuid(), (int)getegid());
        print_status("CapPrm:");
    }
    if (strcmp(way, "become") == 0) {
        (void)execv(argv[2], argv + 2);
        return 127;
    }
    if (strcmp(way, "thread") == 0)
        start_thread();
    if (getenv("GOMAXPROCS"))
        (void)printf("GOMAXPROCS=%s\n", getenv("GOMAXPROCS"));
    const struct sigaction handled = {.sa_handler = nothing};
    if (strcmp(way, "orphan") != 0)
        print_children();
    if (is_stranger)
        print_child();
    (void)sigaction(SIGCHLD, &handled, NULL);
    (void)printf("counted %d, then %d\n", counted, count(0, ANSWER_BYTES));
    print_status("TracerPid:");
    (void)fflush(stdout);
    if (strcmp(way, "wait") == 0)
        for (;;)
            (void)pause();
    return 3;
}
