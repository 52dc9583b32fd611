/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: /proc/self/task has a folder by the id of each of the process's threads, and of no
 * other process's.
 * Relied on by: lib/hook/affinity.c
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { PATH_BYTES = 64 };

static bool is_there(long id)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/self/task/%ld", id);
    return access(path, F_OK) == 0;
}

static void *run(void *unused)
{
    fact_expect(is_there(syscall(SYS_gettid)), "a thread is missing");
    return unused;
}

int main(void)
{
    if (access("/proc/self/task", F_OK) < 0)
        fact_lacks("/proc");
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    fact_expect(is_there(getpid()), "the first thread is missing");
    int way[2];
    char byte;
    if (pipe(way) < 0)
        fact_lacks("pipes");
    const pid_t pid = fork();
    if (pid == 0) {
        close(way[1]);
        _exit(read(way[0], &byte, 1) < 0);
    }
    fact_expect(!is_there(pid), "a child is there");
    fact_expect(!is_there(getppid()), "the parent is there");
    close(way[1]);
    waitpid(pid, NULL, 0);
    return fact_result();
}
