/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/PID/cgroup of each process that the process sees: paths of one folder, or, with a
 * cgroup namespace, those beside its top, are containers of one pod.
 */
#include "snug/cli/subject/containers.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/subject/condition.h"
#include "snug/cli/subject/groups.h"
#include "snug/cli/subject/process.h"
#include "snug/cli/subject/rights.h"

struct path {
    char text[SNUG_PATH_BYTES];
};

static size_t n_folder(const char *path)
{
    return (size_t)(strrchr(path, '/') - path) + 1;
}

/* A service manager puts its services beside each other too. */
static bool is_of_pod(const char *own, const char *other)
{
    static const char beside[] = "/../";
    if (strcmp(own, "/") == 0) /* In a namespace. */
        return strncmp(other, beside, sizeof beside - 1) == 0 &&
               n_folder(other) == sizeof beside - 1;
    return n_folder(own) == n_folder(other) && strncmp(own, other, n_folder(own)) == 0 &&
           memmem(own, n_folder(own), "pod", 3);
}

/* A name may hold anything, and is kept in a line. */
static void take_name(const char *name, struct snug_container *ret)
{
    size_t n = 0;
    for (; name[n] && n + 1 < sizeof ret->name; n++) {
        ret->name[n] = name[n];
        if ((unsigned char)name[n] < ' ')
            ret->name[n] = '?';
    }
    ret->name[n] = 0;
}

struct census {
    const struct snug_root *root;
    struct path own;
    struct path of[SNUG_CONTAINERS_MAX];
    struct snug_containers *ret;
};

static void add(struct census *census, const struct path *path, uint64_t pid)
{
    struct snug_containers *ret = census->ret;
    static struct snug_condition condition;
    unsigned i = 0;
    while (i < ret->n && strcmp(census->of[i].text, path->text) != 0)
        i++;
    if (i == SNUG_CONTAINERS_MAX)
        return;
    snug_condition_read_other(census->root, pid, &condition);
    if (!condition.is_known || !condition.threads.is_known)
        return; /* It has ended. */
    struct snug_container *const member = &ret->member[i];
    if (i == ret->n) {
        census->of[ret->n++] = *path;
        member->is_own = strcmp(path->text, census->own.text) == 0;
        take_name(condition.name, member);
    }
    member->n_processes++;
    member->n_threads += condition.threads.number;
}

static void count(struct census *census)
{
    /* Who is there to look goes again. */
    const uint64_t self =
        snug_process_shares(census->root->pid, "pid") ? (uint64_t)getpid() : 0;
    const int fd = snug_file_open(census->root, "/proc");
    DIR *const directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    if (!directory) {
        snug_file_close(&fd);
        return;
    }
    while ((entry = readdir(directory))) {
        struct path path;
        uint64_t pid;
        if (snug_text_u64(snug_text_of(entry->d_name), &pid) == 0 && pid != self &&
            snug_groups_find_path(census->root, entry->d_name, path.text) &&
            (strcmp(path.text, census->own.text) == 0 ||
             is_of_pod(census->own.text, path.text)))
            add(census, &path, pid);
    }
    (void)closedir(directory);
}

/* On version 1 the controller is mounted by itself, and a cgroup lies there by the same
 * path as for memory: runtimes make it in all of them. */
static void find_ids(const struct snug_root *root, struct snug_cgroup *ret)
{
    static struct snug_cgroup cpu;
    snug_cgroup_find(root, &cpu, ret);
    static const char memory[] = "memory";
    static const char pids[] = "pids";
    const size_t n_less = sizeof memory - sizeof pids;
    const struct snug_text top = {ret->directory, ret->n_top};
    if (ret->is_v2 || !snug_text_matches(top, snug_text_of("*/memory")))
        return;
    memcpy(ret->directory + ret->n_top - (sizeof memory - 1), pids, sizeof pids - 1);
    memmove(ret->directory + ret->n_top - n_less, ret->directory + ret->n_top,
            ret->n - ret->n_top);
    ret->n_top -= n_less;
    ret->n -= n_less;
}

static struct snug_figure read_number(const struct snug_root *root, const char *path)
{
    struct snug_figure ret = {0};
    char text[64];
    size_t n;
    ret.is_known =
        snug_file_read(root, path, sizeof text, text, &n) == 0 &&
        snug_text_u64(snug_text_trim((struct snug_text){text, n}), &ret.number) == 0;
    return ret;
}

void snug_containers_read(int pid, bool is_alone, struct snug_containers *ret)
{
    const struct snug_root root = snug_rights_root(pid);
    static struct snug_cgroup at;
    static struct census census;
    *ret = (struct snug_containers){0};
    census = (struct census){.root = &root, .ret = ret};
    if (is_alone && snug_groups_find_path(&root, "self", census.own.text))
        count(&census);
    find_ids(&root, &at);
    if (!at.has_directory)
        return;
    ret->n_ids = read_number(&root, snug_cgroup_file(&at, "pids.current"));
    ret->max_ids = read_number(&root, snug_cgroup_file(&at, "pids.max"));
    if (ret->max_ids.is_known)
        (void)snug_text_copy(snug_text_of(at.directory), sizeof ret->from,
                             ret->from); /* It has the same size. */
}
