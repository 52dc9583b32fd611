/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: memory.stat of a cgroup tells in lines "key number" what the kernel gives up:
 * inactive_file and active_file, with total_ before them in version 1, slab_reclaimable in
 * version 2; in version 1 also hierarchical_memory_limit. /proc/meminfo has MemTotal and
 * SwapFree in kB. In /proc/self/statm the third number, which files are behind, taken from
 * the second is what the process has written itself.
 * Relied on by: lib/apply/ceiling.c, lib/apply/aim.c, lib/facts/limits.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fact.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 256 };

static const size_t n_bytes = 16u << 20;

/* Whether a line begins with the key and a number follows. */
static bool has(const char *path, const char *key, const char *unit)
{
    char line[LINE_BYTES];
    bool ret = false;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) {
            char *end = line + strlen(key);
            end += strspn(end, " ");
            ret = end[strspn(end, "0123456789")] == *unit;
        }
    if (file)
        fclose(file);
    return ret;
}

static void look_at(const char *folder, bool is_v1)
{
    static const char *const keys[2][3] = {
        {"inactive_file ", "active_file ", "slab_reclaimable "},
        {"total_inactive_file ", "total_active_file ", "hierarchical_memory_limit "},
    };
    char path[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    for (unsigned i = 0; i < 3; i++)
        fact_expect(has(path, keys[is_v1][i], "\n"), "%s has no line %s", path,
                    keys[is_v1][i]);
}

/* The process's own cgroup where the whole hierarchy is mounted, else what is mounted: in a
 * container that is the own one too. */
static bool look_at_own(void)
{
    char line[PATH_BYTES];
    char point[PATH_BYTES];
    char type[LINE_BYTES];
    char options[PATH_BYTES];
    bool ret = false;
    FILE *file = fopen("/proc/self/mounts", "r");
    while (file && fgets(line, sizeof line, file)) {
        char path[2 * PATH_BYTES];
        if (sscanf(line, "%*s %4095s %255s %4095s", point, type, options) != 3)
            continue;
        const bool is_v1 = strcmp(type, "cgroup") == 0 && strstr(options, "memory");
        snprintf(path, sizeof path, "%s/memory.stat", point);
        if ((is_v1 || strcmp(type, "cgroup2") == 0) && access(path, R_OK) == 0) {
            look_at(point, is_v1);
            ret = true;
        }
    }
    if (file)
        fclose(file);
    return ret;
}

static size_t written_bytes(void)
{
    unsigned long size = 0;
    unsigned long resident = 0;
    unsigned long shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu %lu %lu", &size, &resident, &shared) != 3)
        fact_expect(false, "/proc/self/statm is no row of numbers");
    if (file)
        fclose(file);
    return (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

int main(void)
{
    fact_expect(has("/proc/meminfo", "MemTotal:", " "), "no MemTotal in /proc/meminfo");
    fact_expect(has("/proc/meminfo", "SwapFree:", " "), "no SwapFree in /proc/meminfo");

    const size_t before = written_bytes();
    char *at = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    memset(at, 1, n_bytes);
    const size_t after = written_bytes();
    /* Counters of threads are added up now and then, so it may be off by some pages. */
    fact_expect(after > before + n_bytes / 2 && after < before + 2 * n_bytes,
                "%zu bytes were written, and statm says %zu", n_bytes, after - before);
    if (!look_at_own())
        fact_lacks("a cgroup with memory.stat");
    return fact_result();
}
