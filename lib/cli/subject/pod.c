/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In this command's own view: /proc/PID/cgroup leads from its own mounts to the container.
 * The kubelet names a pod's cgroup `podUID`, or `kubepods-burstable-podUID.slice`.
 */
#include "snug/cli/subject/pod.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "snug/cli/subject/groups.h"

/* Whether the folder of `path` is a pod's cgroup. */
static bool is_in_pod(const char *path)
{
    const char *end = strrchr(path, '/');
    const char *start = end;
    while (start > path && start[-1] != '/')
        start--;
    struct snug_text name = {start, (size_t)(end - start)};
    return snug_text_starts(name, "pod") ||
           (snug_text_starts(name, "kubepods") &&
            snug_text_matches(name, snug_text_of("*-pod*")));
}

/* What holds the pod's namespaces is no container of anybody's. */
static bool is_sandbox(uint64_t pid)
{
    char path[48];
    char name[32];
    size_t n;
    (void)snprintf(path, sizeof path, "/proc/%llu/comm", (unsigned long long)pid);
    return snug_file_read(&snug_file_live, path, sizeof name, name, &n) == 0 &&
           snug_text_equals(snug_text_trim((struct snug_text){name, n}), "pause");
}

static bool has_program(const char *directory, const char *name)
{
    char path[SNUG_DIRECTORY_BYTES + 300];
    char buffer[256];
    struct snug_text line;
    uint64_t pid;
    (void)snprintf(path, sizeof path, "%s/%s/cgroup.procs", directory, name);
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, path);
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    return fd >= 0 && snug_file_next_line(&lines, &line) > 0 &&
           snug_text_u64(line, &pid) == 0 && !is_sandbox(pid);
}

/* Goes up to the pod. */
static unsigned count_others(struct snug_cgroup *at)
{
    char own[256] = "";
    unsigned ret = 0;
    const size_t n = at->n;
    if (!snug_cgroup_go_up(at) || n - at->n - 1 >= sizeof own)
        return 0;
    memcpy(own, at->directory + at->n + 1, n - at->n - 1);
    at->directory[at->n] = 0;
    DIR *const directory = opendir(at->directory);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        ret += entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
               strcmp(entry->d_name, own) != 0 && has_program(at->directory, entry->d_name);
    if (directory)
        (void)closedir(directory);
    return ret;
}

void snug_pod_read(int pid, struct snug_pod *ret)
{
    static struct snug_groups groups;
    char path[SNUG_PATH_BYTES];
    char process[16];
    *ret = (struct snug_pod){0};
    (void)snprintf(process, sizeof process, "%d", pid);
    if (!snug_groups_find_path(&snug_file_live, process, path) ||
        strncmp(path, "/..", 3) == 0 || !is_in_pod(path) ||
        snug_groups_open(path, &groups) < 0)
        return;
    ret->is_seen = true;
    if (groups.memory.has_directory) {
        ret->own_bytes = snug_evidence_limit_bytes(&snug_file_live, &groups.memory);
        ret->n_others = count_others(&groups.memory);
        ret->pod_bytes = snug_evidence_limit_bytes(&snug_file_live, &groups.memory);
    }
    if (groups.cpu.has_directory) {
        ret->own_milli = snug_evidence_limit_milli(&snug_file_live, &groups.cpu);
        if (!groups.memory.has_directory)
            ret->n_others = count_others(&groups.cpu);
        else
            (void)snug_cgroup_go_up(&groups.cpu); /* It is as deep as the other. */
        ret->pod_milli = snug_evidence_limit_milli(&snug_file_live, &groups.cpu);
    }
}
