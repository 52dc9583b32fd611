// SPDX-License-Identifier: LGPL-2.1-or-later

// A Go program whose C code lets signals come while the runtime starts; their handler forks,
// and the children look at the mask that they got. With WAYS set a constructor opens the
// window itself instead, and makes a child in every way that there is. Prints how many had
// not the whole mask, and whether anything was tried.
package main

/*
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels_mask.h"

static unsigned long first[16];
static volatile int n_forks, n_narrow, n_opened;

static int is_narrow(void)
{
    unsigned long mask[16] = {0};
    kernels_mask(mask, sizeof mask);
    return memcmp(mask, first, sizeof mask) != 0;
}

static void handle(int signal)
{
    int status = 0;
    (void)signal;
    if (n_forks >= 30)
        return;
    n_forks++;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(is_narrow());
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status)
        n_narrow++;
}

static void open_window(void)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    n_opened += is_narrow();
}

static int run_child(void *unused)
{
    (void)unused;
    _exit(is_narrow());
}

static void *run_thread(void *unused)
{
    n_narrow += is_narrow();
    return unused;
}

static void wait_for(pid_t pid)
{
    int status = 1;
    n_narrow += pid < 0 || waitpid(pid, &status, __WALL) != pid || status;
}

static void try_ways(void)
{
    static const int flags[] = {0, SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD, CLONE_VM,
                                CLONE_FILES | CLONE_FS | SIGCHLD};
    static _Alignas(16) char stack[65536];
    extern char **environ;
    // A new program tells the mask by its exit code: it is the shell's only way.
    char *const argv[] = {"sh", "-c", "[ \"$(grep Cpus_allowed: /proc/self/status)\" = \"$WAYS\" ]",
                          NULL};
    pthread_t thread;
    pid_t pid;
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        open_window();
        wait_for(clone(run_child, stack + sizeof stack, flags[i], NULL));
    }
    open_window();
    if ((pid = fork()) == 0)
        run_child(NULL);
    wait_for(pid);
    open_window();
    if ((pid = vfork()) == 0)
        execve("/bin/sh", argv, environ);
    wait_for(pid);
    open_window();
    n_narrow += posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0;
    wait_for(pid);
    open_window();
    n_narrow += system(argv[2]) != 0;
    open_window();
    n_narrow += pclose(popen(argv[2], "r")) != 0;
    open_window();
    if (pthread_create(&thread, NULL, run_thread, NULL) == 0)
        pthread_join(thread, NULL);
    n_narrow += is_narrow();
}

__attribute__((constructor)) static void begin(void)
{
    const char *delay = getenv("ALARM_USEC");
    kernels_mask(first, sizeof first);
    if (getenv("WAYS")) {
        try_ways();
        return;
    }
    signal(SIGALRM, handle);
    const struct itimerval timer = {.it_value = {.tv_usec = delay ? atoi(delay) : 50},
                                    .it_interval = {.tv_usec = 100}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static int forks(void) { return n_forks; }
static int opened(void) { return n_opened; }
static int narrow(void)
{
    const struct itimerval never = {0};
    setitimer(ITIMER_REAL, &never, NULL);
    return n_narrow + is_narrow();
}
*/
import "C"
import "fmt"

func main() {
	narrow := C.narrow()
	fmt.Println(narrow, "narrow", C.forks() > 0, C.opened(), "opened")
}
