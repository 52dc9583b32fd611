/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: the files of a cgroup say a limit as numbers or as "max" in version 2, as a number
 * or -1 in version 1, in one line that a single read brings; what is not limited in
 * version 1 is 2 to the 62nd or more. A line of /proc/self/cgroup is a number, controllers
 * and a path, with colons between.
 * Relied on by: lib/facts/limits.c, lib/facts/cgroup.c, lib/base/file.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fact.h"

enum { PATH_BYTES = 4096, VALUE_BYTES = 64, FIELDS_BYTES = 4096 };

static int n_seen;

/* One line, whole in the first read. False where there is no such file. */
static bool read_value(const char *point, const char *path, const char *file, char *ret)
{
    char name[3 * PATH_BYTES];
    snprintf(name, sizeof name, "%s%s/%s", point, path, file);
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t n = read(fd, ret, VALUE_BYTES - 1);
    char more;
    fact_expect(n > 0 && ret[n - 1] == '\n', "%s: the first read brings %zd bytes", name,
                n);
    fact_expect(read(fd, &more, 1) == 0, "%s: a second read brings more", name);
    close(fd);
    ret[n > 0 ? n - 1 : 0] = 0;
    n_seen++;
    return true;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == 0;
}

static void look_at_v2(const char *point, const char *path)
{
    char value[VALUE_BYTES];
    if (read_value(point, path, "cpu.max", value)) {
        char *period = strchr(value, ' ');
        fact_expect(period && is_number(period + 1), "cpu.max is %s", value);
        if (period)
            *period = 0;
        fact_expect(strcmp(value, "max") == 0 || is_number(value), "cpu.max begins with %s",
                    value);
    }
    static const char *const files[] = {"memory.max", "memory.high", "memory.swap.max"};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        if (read_value(point, path, files[i], value))
            fact_expect(strcmp(value, "max") == 0 || is_number(value), "%s is %s", files[i],
                        value);
    if (read_value(point, path, "memory.current", value))
        fact_expect(is_number(value), "memory.current is %s", value);
}

static void look_at_v1(const char *point, const char *path)
{
    char value[VALUE_BYTES];
    if (read_value(point, path, "cpu.cfs_quota_us", value))
        fact_expect(strcmp(value, "-1") == 0 || is_number(value), "cpu.cfs_quota_us is %s",
                    value);
    if (read_value(point, path, "cpu.cfs_period_us", value))
        fact_expect(is_number(value), "cpu.cfs_period_us is %s", value);
    if (read_value(point, path, "memory.limit_in_bytes", value))
        fact_expect(is_number(value), "memory.limit_in_bytes is %s", value);
    if (strcmp(path, "/") == 0 && read_value(point, path, "memory.limit_in_bytes", value))
        fact_expect(strtoull(value, NULL, 10) >= 1ull << 62, "the root's limit is %s",
                    value);
}

/* Each mount of a cgroup, with the process's path below it. */
static void look_below(const char *controllers, const char *path)
{
    char line[PATH_BYTES];
    FILE *file = fopen("/proc/self/mounts", "r");
    while (file && fgets(line, sizeof line, file)) {
        char point[PATH_BYTES];
        char type[VALUE_BYTES];
        char options[PATH_BYTES];
        if (sscanf(line, "%*s %4095s %63s %4095s", point, type, options) != 3)
            continue;
        if (strcmp(type, "cgroup2") == 0 && !*controllers)
            look_at_v2(point, path);
        else if (strcmp(type, "cgroup") == 0 && *controllers &&
                 strstr(options, controllers))
            look_at_v1(point, path);
    }
    if (file)
        fclose(file);
}

int main(void)
{
    char line[PATH_BYTES + FIELDS_BYTES];
    FILE *file = fopen("/proc/self/cgroup", "r");
    if (!file)
        fact_lacks("/proc/self/cgroup");
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        fact_expect(path && path[1] == '/', "a line is %s", line);
        if (!path)
            continue;
        *controllers++ = *path++ = 0;
        fact_expect(is_number(line) && (strcmp(line, "0") == 0) == !*controllers,
                    "a line begins %s:%s", line, controllers);
        look_below(controllers, path);
    }
    fclose(file);
    if (!n_seen)
        fact_lacks("a cgroup whose files are visible");
    return fact_result();
}
