/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: a mask of all ones is no restriction: when the cpuset shrinks and grows, the
 * process has what it allows.
 * Relied on by: lib/apply/window.c
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

enum { PATH_BYTES = 256, LIST_BYTES = 32 };

static char group[PATH_BYTES];

static bool put(const char *folder, const char *file, const char *text)
{
    char path[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    const int fd = open(path, O_WRONLY);
    const bool ret = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ret;
}

/* A cpuset of our own, in the case's box of the virtual machine or below the root of
 * version 1. */
static bool make_group(void)
{
    const char *box = getenv("BOX");
    char nodes[LIST_BYTES] = {0};
    if (box) {
        snprintf(group, sizeof group, "%s/next", box);
        return put(group, "cgroup.procs", "0");
    }
    const int fd = open("/sys/fs/cgroup/cpuset/cpuset.mems", O_RDONLY);
    if (fd < 0 || read(fd, nodes, sizeof nodes - 1) <= 0)
        return false;
    close(fd);
    snprintf(group, sizeof group, "/sys/fs/cgroup/cpuset/%s", fact_name());
    return mkdir(group, 0700) == 0 && put(group, "cpuset.mems", nodes) &&
           put(group, "cpuset.cpus", "0-1") && put(group, "tasks", "0");
}

static int n_allowed(void)
{
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    return CPU_COUNT(&set);
}

int main(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    if (n_allowed() < 2)
        fact_lacks("a second CPU");
    if (!make_group() || !put(group, "cpuset.cpus", "0-1") || n_allowed() != 2) {
        rmdir(group);
        fact_lacks("a cpuset that may be made");
    }
    fact_expect(sched_setaffinity(0, sizeof set, &set) == 0 && n_allowed() == 1,
                "it is not narrowed");
    memset(&set, 0xff, sizeof set);
    fact_expect(sched_setaffinity(0, sizeof set, &set) == 0 && n_allowed() == 2,
                "all ones give %d CPUs", n_allowed());
    put(group, "cpuset.cpus", "0");
    fact_expect(n_allowed() == 1, "a cpuset of one CPU leaves %d", n_allowed());
    put(group, "cpuset.cpus", "0-1");
    fact_expect(n_allowed() == 2, "a cpuset that has grown leaves %d", n_allowed());

    if (!getenv("BOX")) {
        put("/sys/fs/cgroup/cpuset", "tasks", "0");
        rmdir(group);
    }
    return fact_result();
}
