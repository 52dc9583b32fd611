#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Threads and processes that come out of libc's inside while the start window is open: ways.sh
# OBJECT. A constructor opens the window, and each must have the whole mask all the same. What the
# constructor pins by a system call of its own stays pinned.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
[ "$(nproc)" -ge 2 ] || exit 77 # Nothing can be narrowed.
command -v go > "$work/where" || { echo 'not installed: go'; exit 77; }

cat > "$work/main.go" <<'END'
package main

/*
#cgo LDFLAGS: -lrt -lutil
#define _GNU_SOURCE
#include <aio.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include <wordexp.h>

static sem_t is_said;

// As the kernel has it, without a call that closes the window.
static void say(FILE *out)
{
    char line[256];
    FILE *file = fopen("/proc/thread-self/status", "r");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "Cpus_allowed_list:", 18) == 0)
            fprintf(out, "%s", strchr(line, '\t') + 1);
    fclose(file);
    fflush(out);
}

static int run(void *unused)
{
    (void)unused;
    say(stdout);
    sem_post(&is_said);
    return 0;
}

static char stack[256 << 10];

static void *run_thread(void *unused)
{
    run(unused);
    return NULL;
}

static void notice(union sigval unused)
{
    (void)unused;
    run(NULL);
}

static struct sigevent by_thread = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = notice};

static void try(const char *way)
{
    static char byte;
    static struct aiocb one = {.aio_buf = &byte, .aio_nbytes = 1};
    struct aiocb *list[] = {&one};
    if (strcmp(way, "nothing") == 0) {
        run(NULL);
    } else if (strcmp(way, "thrd_create") == 0) {
        thrd_t thread;
        thrd_create(&thread, run, NULL);
    } else if (strcmp(way, "getattr_np") == 0) {
        pthread_attr_t attr;
        pthread_t thread;
        pthread_getattr_np(pthread_self(), &attr);
        pthread_attr_setstack(&attr, stack, sizeof stack);
        pthread_create(&thread, &attr, run_thread, NULL);
    } else if (strcmp(way, "timer_create") == 0) {
        timer_t timer;
        timer_create(CLOCK_MONOTONIC, &by_thread, &timer);
        timer_settime(timer, 0, &(struct itimerspec){.it_value.tv_nsec = 1}, NULL);
    } else if (strcmp(way, "mq_notify") == 0) {
        char name[32];
        snprintf(name, sizeof name, "/ways-%d", (int)getpid());
        const mqd_t queue =
            mq_open(name, O_CREAT | O_RDWR, 0600, &(struct mq_attr){.mq_maxmsg = 1, .mq_msgsize = 1});
        mq_unlink(name);
        mq_notify(queue, &by_thread);
        mq_send(queue, "", 1, 0);
    } else if (strncmp(way, "aio", 3) == 0 || strcmp(way, "lio_listio") == 0) {
        one.aio_fildes = open("/dev/zero", O_RDWR);
        one.aio_sigevent = by_thread;
        one.aio_lio_opcode = LIO_READ;
        if (strcmp(way, "aio_read") == 0)
            aio_read(&one);
        else if (strcmp(way, "aio_write") == 0)
            aio_write(&one);
        else
            lio_listio(LIO_NOWAIT, list, 1, NULL);
    } else if (strcmp(way, "wordexp") == 0) {
        wordexp_t words;
        wordexp("$(sed -n 's/^Cpus_allowed_list:.//p' /proc/self/status)", &words, 0);
        puts(words.we_wordv[0]);
        fflush(stdout);
        sem_post(&is_said);
    } else if (strcmp(way, "forkpty") == 0) {
        int terminal, out = dup(1);
        const pid_t child = forkpty(&terminal, NULL, NULL, NULL);
        if (child == 0) {
            say(fdopen(out, "w"));
            _exit(0);
        }
        waitpid(child, NULL, 0);
        sem_post(&is_said);
    } else if (strcmp(way, "syscall") == 0) {
        const pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (child == 0) {
            say(stdout);
            _exit(0);
        }
        waitpid(child, NULL, 0);
        sem_post(&is_said);
    } else if (strcmp(way, "pin") == 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(atoi(getenv("PIN")), &set);
        syscall(SYS_sched_setaffinity, 0, sizeof set, &set);
        sem_post(&is_said);
    }
}

__attribute__((constructor)) static void begin(void)
{
    pthread_attr_t attr;
    if (!getenv("WAY"))
        return;
    sem_init(&is_said, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_destroy(&attr);
    try(getenv("WAY"));
    while (sem_wait(&is_said))
        continue;
}
*/
import "C"

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Println(strings.Fields(strings.Split(string(status), "Cpus_allowed_list:")[1])[0])
}
END
(cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program main.go)

# What the way made has, and what the program has in the end.
seen() { # WAY [VARIABLE=VALUE…]
    way=$1
    shift
    env WAY="$way" "$@" "$work/program" | tr '\n' ' '
}

expect() { # LABEL WANTED GOT
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

with="SNUG_CPU_COUNT=1 LD_PRELOAD=$object"
whole=$(seen thrd_create)
one=$(seen nothing $with)
[ "$one" != "$whole" ] || { echo "the window was not open: $one"; exit 1; }
for way in thrd_create getattr_np timer_create mq_notify aio_read aio_write lio_listio wordexp forkpty syscall; do
    expect "$way, plain" "$whole" "$(seen $way)"
    expect "$way" "$whole" "$(seen $way $with)"
done
for cpu in 0 1; do
    expect "pinned to $cpu by number" "$cpu " "$(seen pin PIN=$cpu $with)"
done
exit "$failures"
