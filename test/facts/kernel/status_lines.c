/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: /proc/self/status tells capabilities, seccomp and what CPUs and nodes are allowed
 * in lines of their own; it is the first thread's, so a filter of another thread stands in
 * /proc/thread-self/status alone. Whether there is a filter is told with any kernel that
 * has seccomp, how many from 5.9 on.
 * Relied on by: lib/facts/privileges.c, lib/apply/heap.c
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fact.h"

enum { LINE_BYTES = 4096, VALUE_BYTES = 64, FIRST_MAJOR = 5, FIRST_MINOR = 9 };

/* What stands behind the key; NULL if there is no such line. */
static const char *find(const char *path, const char *key)
{
    static _Thread_local char value[VALUE_BYTES];
    char line[LINE_BYTES];
    const char *ret = NULL;
    FILE *file = fopen(path, "r");
    if (!file)
        fact_lacks(path);
    while (!ret && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) {
            snprintf(value, sizeof value, "%.*s", (int)sizeof value - 1,
                     line + strlen(key));
            ret = value + strspn(value, "\t ");
        }
    fclose(file);
    return ret;
}

static long number(const char *path, const char *key)
{
    const char *value = find(path, key);
    return value ? strtol(value, NULL, 10) : -1;
}

static bool tells_number(void)
{
    struct utsname name;
    int major = 0;
    int minor = 0;
    uname(&name);
    sscanf(name.release, "%d.%d", &major, &minor);
    return major > FIRST_MAJOR || (major == FIRST_MAJOR && minor >= FIRST_MINOR);
}

static void *filter(void *unused)
{
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, code};
    const long before = number("/proc/thread-self/status", "Seccomp_filters:");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        fact_lacks("seccomp filters");
    fact_expect(number("/proc/thread-self/status", "Seccomp:") == SECCOMP_MODE_FILTER,
                "the thread's own status hides its filter");
    fact_expect(!tells_number() ||
                    number("/proc/thread-self/status", "Seccomp_filters:") == before + 1,
                "the thread has %ld filters and had %ld",
                number("/proc/thread-self/status", "Seccomp_filters:"), before);
    return unused;
}

int main(void)
{
    static const char own[] = "/proc/self/status";
    static const char *const keys[] = {
        "CapEff:", "NoNewPrivs:", "Cpus_allowed_list:", "Mems_allowed_list:"};
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        fact_expect(find(own, keys[i]) != NULL, "there is no line %s", keys[i]);
    const char *cpus = find(own, "Cpus_allowed_list:");
    fact_expect(cpus && cpus[strspn(cpus, "0123456789,-")] == '\n', "allowed CPUs are %s",
                cpus ? cpus : "");

    const long mode = number(own, "Seccomp:");
    const long n_filters = number(own, "Seccomp_filters:");
    pthread_t thread;
    pthread_create(&thread, NULL, filter, NULL);
    pthread_join(thread, NULL);
    fact_expect(number(own, "Seccomp:") == mode &&
                    number(own, "Seccomp_filters:") == n_filters,
                "another thread's filter shows in the first thread's status");
    return fact_result();
}
