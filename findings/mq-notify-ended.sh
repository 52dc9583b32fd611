#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What mq_notify(3) asked for ends as soon as the process closes any descriptor of that queue: a
# second one that it opened itself, or a copy in the table of a thread that has left the common one.
# mq_close(3) speaks only of the descriptor that was given to mq_notify(3). No error is given anywhere,
# and the message arrives without a signal.
#
# Seen on Linux 6.18.44, amd64. A process asks for a signal, does one thing, and sends itself a message:
#
#   nothing                                        told
#   mq_open of the same queue, mq_close of that    not told
#   a thread calls unshare(CLONE_FILES), ends      not told
#   a thread calls close_range(0, ~0,
#   CLOSE_RANGE_UNSHARE), the queue is 10          not told
#   the same, the queue is 400                     told
#
# The kernel clears the registration whenever the process flushes a file of the queue. The last two
# rows differ as the copy that close_range(2) makes leaves out what it would close anyway, but the
# lowest 64 descriptors are always copied.
#
# Needs a C compiler, and a kernel with message queues and close_range(2), Linux 5.9. Ends with 77 where
# these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

cat >queue.c <<'END'
#define _GNU_SOURCE
#include <mqueue.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char name[64];

static void *close_all(void *unused)
{
    if (syscall(436 /* close_range */, 0U, ~0U, 2U /* CLOSE_RANGE_UNSHARE */))
        _exit(77);
    return unused;
}

static void *leave(void *unused)
{
    if (unshare(CLONE_FILES))
        _exit(77);
    return unused;
}

/* Until the kernel has taken down the thread, which is after pthread_join(3). */
static void run(void *(*code)(void *))
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, code, NULL))
        _exit(77);
    pthread_join(thread, NULL);
    for (;;) {
        int n_threads = 0;
        char line[256];
        FILE *status = fopen("/proc/self/status", "r");
        while (status && fgets(line, sizeof(line), status))
            (void)sscanf(line, "Threads: %d", &n_threads);
        if (status)
            fclose(status);
        if (n_threads == 1)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void try(const char *label, int number)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 1};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    const struct timespec none = {0};
    sigset_t signals;
    int queue;

    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue < 0 || dup2(queue, number) < 0 || close(queue) || mq_notify(number, &event))
        _exit(77);
    if (strcmp(label, "second") == 0)
        mq_close(mq_open(name, O_RDWR));
    else if (strcmp(label, "leave") == 0)
        run(leave);
    else if (strncmp(label, "range", 5) == 0)
        run(close_all);
    if (mq_send(number, "x", 1, 0))
        _exit(77);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    printf("%s: %s\n", label, sigtimedwait(&signals, NULL, &none) > 0 ? "told" : "not told");
    fflush(stdout);
    mq_unlink(name);
    close(number);
}

int main(void)
{
    sigset_t signals;

    snprintf(name, sizeof(name), "/finding-%ld", (long)getpid());
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    try("nothing", 10);
    try("second", 10);
    try("leave", 10);
    try("range 10", 10);
    try("range 400", 400);
    return 0;
}
END
cc -O1 -o queue queue.c -pthread -lrt || exit 77
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt 400 ] || exit 77

status=0
seen=$(timeout 60 ./queue) || status=$?
echo "$seen"
[ $status != 77 ] || exit 77
expected='nothing: told
second: not told
leave: not told
range 10: not told
range 400: told'
if [ $status != 0 ] || [ "$seen" != "$expected" ]; then
    echo "mq-notify-ended: on Linux $(uname -r) this differs from what was described" >&2
    exit 1
fi
echo "as described"
