/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: in /proc/PID/stat a name stands in brackets with any text inside; counted from its
 * end, field 5 is the process group, and field 22 the start time, which stays.
 * Relied on by: lib/facts/tie.c, lib/apply/identity.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fact.h"

enum { STAT_BYTES = 1024, STATE_FIELD = 3, GROUP_FIELD = 5, START_FIELD = 22 };

static unsigned long long field(int wanted)
{
    char text[STAT_BYTES] = {0};
    FILE *file = fopen("/proc/self/stat", "r");
    if (!file || !fgets(text, sizeof text, file))
        fact_lacks("/proc/self/stat");
    fclose(file);
    fact_expect(strtol(text, NULL, 10) == getpid(), "it begins %.20s", text);
    const char *at = strrchr(text, ')');
    for (int i = STATE_FIELD; at && i <= wanted; i++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

int main(void)
{
    prctl(PR_SET_NAME, "a) S 1 2 (b");
    const unsigned long long started = field(START_FIELD);
    fact_expect(started > 0, "field %d is 0", START_FIELD);
    fact_expect(field(GROUP_FIELD) == (unsigned long long)getpgrp(),
                "field %d is %llu, the group %d", GROUP_FIELD, field(GROUP_FIELD),
                getpgrp());
    const pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(field(GROUP_FIELD) != (unsigned long long)getpid() ||
              field(START_FIELD) < started);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    fact_expect(status == 0, "a child's own fields are others");
    fact_expect(field(START_FIELD) == started, "the start time has changed");
    struct stat namespace = {0};
    fact_expect(stat("/proc/self/ns/pid", &namespace) == 0 && namespace.st_ino,
                "there is no /proc/self/ns/pid");
    return fact_result();
}
