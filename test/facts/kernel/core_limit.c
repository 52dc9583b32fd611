/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a limit of one byte for core files keeps a handler that core_pattern names from
 * being started, where a limit of 0 does not.
 * Relied on by: lib/base/sys.c
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

static const char pattern[] = "/proc/sys/kernel/core_pattern";
static const char handlers[] = "/proc/sys/kernel/core_pipe_limit";

/* Where the handler of one process leaves word; others may die meanwhile. */
static const char *mark_of(const char *folder, const char *pid)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, pid);
    return path;
}

static bool put(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    const bool ret = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ret;
}

/* Whether the handler was started for a process that dies with that limit. Where there is a
 * limit on handlers the kernel waits for each, before anyone can wait for the process. */
static bool is_handled(const char *folder, rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    char text[16];
    const pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &limit);
        raise(SIGSEGV);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    snprintf(text, sizeof text, "%d", pid);
    return unlink(mark_of(folder, text)) == 0;
}

int main(int argc, char **argv)
{
    if (argc > 3) { /* The kernel has started this as the handler. */
        char core[1 << 12];
        const bool is_marked = put(mark_of(argv[2], argv[3]), "core");
        while (read(STDIN_FILENO, core, sizeof core) > 0)
            continue;
        return !is_marked;
    }
    /* It is the whole machine's, so only a virtual one's is changed. */
    const char *folder = fact_folder();
    char self[PATH_MAX] = {0};
    char command[2 * PATH_MAX];
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        fact_lacks("/proc/self/exe");
    snprintf(command, sizeof command, "|%s handle %s %%P", self, folder);
    if (!getenv("BOX") || !put(handlers, "1000") || !put(pattern, command))
        fact_lacks("a core_pattern that may be changed");
    fact_expect(is_handled(folder, RLIM_INFINITY), "without a limit there is no handler");
    fact_expect(is_handled(folder, 0), "with a limit of 0 there is no handler");
    fact_expect(!is_handled(folder, 1), "with a limit of 1 there is a handler");
    put(pattern, "core");
    return fact_result();
}
