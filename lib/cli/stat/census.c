/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counting processes and cgroups. Processes come and go meanwhile; one that is gone has
 * figures that are not known.
 */
#include "snug/cli/stat/census.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/base/entries.h"
#include "snug/cli/subject/groups.h"
#include "snug/cli/subject/rights.h"
#include "snug/cli/subject/subject.h"
#include "snug/facts/variables.h"

enum { STEP = 16 };

/* Room for one more at the end of a list; NULL if there is none. */
static void *extend(void **list, size_t n, size_t size)
{
    if (n % STEP == 0) {
        void *const larger = reallocarray(*list, n + STEP, size);
        if (!larger)
            return NULL;
        *list = larger;
    }
    char *const ret = (char *)*list + n * size;
    memset(ret, 0, size);
    return ret;
}

const struct snug_cpu_group *snug_census_find_cpu(const struct snug_census *census,
                                                  const char *path)
{
    for (size_t i = 0; i < census->n_cpu; i++)
        if (strcmp(census->cpu[i].path, path) == 0)
            return &census->cpu[i];
    return NULL;
}

const struct snug_memory_group *snug_census_find_memory(const struct snug_census *census,
                                                        const char *path)
{
    for (size_t i = 0; i < census->n_memory; i++)
        if (strcmp(census->memory[i].path, path) == 0)
            return &census->memory[i];
    return NULL;
}

static size_t add_cpu(struct snug_census *census, const struct snug_root *root,
                      const char *path, struct snug_cgroup *at)
{
    const struct snug_cpu_group *known = snug_census_find_cpu(census, path);
    if (known)
        return (size_t)(known - census->cpu);
    struct snug_cpu_group *const new =
        extend((void **)&census->cpu, census->n_cpu, sizeof *new);
    if (!new)
        return SNUG_CENSUS_NOWHERE;
    (void)snprintf(new->path, sizeof new->path, "%s", path);
    snug_evidence_read_cpu(root, at, &new->evidence);
    return census->n_cpu++;
}

static size_t add_memory(struct snug_census *census, const struct snug_root *root,
                         const char *path, struct snug_cgroup *at)
{
    const struct snug_memory_group *known = snug_census_find_memory(census, path);
    if (known)
        return (size_t)(known - census->memory);
    struct snug_memory_group *const new =
        extend((void **)&census->memory, census->n_memory, sizeof *new);
    if (!new)
        return SNUG_CENSUS_NOWHERE;
    (void)snprintf(new->path, sizeof new->path, "%s", path);
    snug_evidence_read_memory(root, at, &new->evidence);
    snug_spread_read(root, at, &new->spread);
    return census->n_memory++;
}

/* Where the own cgroup cannot be seen, the way up begins at the lowest that can. */
static void add_groups(struct snug_census *census, const struct snug_root *root,
                       const struct snug_facts *facts, struct snug_observed *of)
{
    static struct snug_groups groups;
    char path[SNUG_DIRECTORY_BYTES];
    snug_groups_read(root, &groups);
    of->cpu_own = of->cpu_tightest = of->memory_own = of->memory_tightest =
        SNUG_CENSUS_NOWHERE;

    struct snug_cgroup *at = &groups.cpu;
    size_t n_own = at->n;
    if (at->has_directory && at->why == SNUG_WHY_NOTHING) {
        snug_groups_put_path(&groups, at, n_own, path);
        of->cpu_own = of->cpu_tightest = add_cpu(census, root, path, at);
    }
    if (at->has_directory && facts->cpu.limit.kind == SNUG_SET &&
        snug_evidence_go_to(at, facts->cpu.limit.from)) {
        snug_groups_put_path(&groups, at, n_own, path);
        of->cpu_tightest = add_cpu(census, root, path, at);
    }

    at = &groups.memory;
    n_own = at->n;
    if (at->has_directory && at->why == SNUG_WHY_NOTHING) {
        snug_groups_put_path(&groups, at, n_own, path);
        of->memory_own = of->memory_tightest = add_memory(census, root, path, at);
    }
    if (at->has_directory && facts->memory.limit.kind == SNUG_SET &&
        snug_evidence_go_to(at, facts->memory.limit.from)) {
        snug_groups_put_path(&groups, at, n_own, path);
        of->memory_tightest = add_memory(census, root, path, at);
    }
}

static void set_target(struct snug_observed *of, uint64_t bytes, const char *from)
{
    of->target_bytes = (struct snug_bound){bytes ? SNUG_SET : SNUG_NONE, bytes};
    of->target_from = from;
}

/* The variable that the process was started with; snug's own stands there only where
 * somebody else has started the program with it. */
static void take_variable(const struct snug_subject *subject, struct snug_observed *of)
{
    const struct snug_text value = snug_entries_value(subject->entries, "GOMEMLIMIT");
    uint64_t bytes;
    if (!subject->entries)
        return;
    if (!value.n || snug_text_equals(value, "off"))
        set_target(of, 0, value.n ? "the variable" : NULL);
    else if (snug_text_size(value, &bytes) == 0)
        set_target(of, bytes, "the variable");
}

static void find_target(struct snug_subject *subject, const struct snug_arguments *of_pid,
                        struct snug_observed *of)
{
    const struct snug_snapshot *counted = &of->snapshot;
    take_variable(subject, of);
    if (of->has_page && counted->page.measured[0]) {
        set_target(of, counted->page.measured[0], "memory.headroom = measured");
    } else if (of->has_page && counted->has_change && counted->change.bytes_to) {
        set_target(of, counted->change.bytes_to, "follow");
    } else if (of->condition.has_object &&
               snug_subject_find_program(subject, of_pid->operand) == 0) {
        snug_subject_plan(subject, of_pid);
        if (subject->plan.memory.sets_go_limit)
            set_target(of, subject->plan.memory.go_limit_bytes, "snug");
    }
}

static void ask_kernel(struct snug_census *census, int pid, struct snug_observed *of)
{
    static struct snug_subject subject;
    char *const no_command[] = {NULL};
    char text[16];
    (void)snprintf(text, sizeof text, "%d", pid);
    const struct snug_arguments arguments = {.pid = text, .operand = no_command};
    of->has_kernel = snug_subject_open(&subject, &arguments) == 0;
    if (of->has_kernel) {
        snug_condition_read_own(&subject.root, &of->condition);
        snug_facts_gather_limits(&subject.root, true, &subject.facts);
        add_groups(census, &subject.root, &subject.facts, of);
        find_target(&subject, &arguments, of);
    }
    snug_subject_close(&subject);
}

const struct snug_observed *snug_census_find(const struct snug_census *census,
                                             const struct snug_observed *like)
{
    for (size_t i = 0; i < census->n; i++) {
        const struct snug_observed *of = &census->observed[i];
        if (of->snapshot.pid == like->snapshot.pid && of->has_page == like->has_page &&
            (!of->has_page || strcmp(of->snapshot.path, like->snapshot.path) == 0))
            return of;
    }
    return NULL;
}

/* Named twice, it is there once. */
static void keep(struct snug_census *census, const struct snug_observed *new)
{
    struct snug_observed *const known =
        (struct snug_observed *)(uintptr_t)snug_census_find(census, new);
    if (!known)
        census->n++;
    else if (new->has_kernel) /* The page was named before the process. */
        *known = *new;
}

/* Also what nobody has waited for yet: a zombie of which no thread is left. */
static bool has_ended(int pid)
{
    const struct snug_root process = snug_rights_root(pid);
    char text[1024];
    size_t n;
    uint64_t threads;
    const int r = snug_file_read(&process, "/proc/self/stat", sizeof text, text, &n);
    if (r < 0)
        return r == -ENOENT || r == -ESRCH;
    const char *const end = memrchr(text, ')', n); /* The name may hold anything. */
    return end && snug_text_starts(snug_text_of(end), ") Z") &&
           snug_file_find(&process, "/proc/self/status", "Threads:", &threads) == 0 &&
           threads <= 1;
}

int snug_census_add_process(struct snug_census *census, int pid)
{
    if (has_ended(pid))
        return -ESRCH;
    struct snug_observed *const new =
        extend((void **)&census->observed, census->n, sizeof *new);
    if (!new)
        return -ENOMEM;
    new->page_error = snug_snapshot_of_process(pid, &new->snapshot);
    new->has_page = new->page_error == 0;
    new->snapshot.pid = pid;
    ask_kernel(census, pid, new);
    if (has_ended(pid))
        return -ESRCH; /* Meanwhile. */
    keep(census, new);
    return 0;
}

int snug_census_add_page(struct snug_census *census, const char *path)
{
    struct snug_observed *const new =
        extend((void **)&census->observed, census->n, sizeof *new);
    if (!new)
        return -ENOMEM;
    const int r = snug_snapshot_read(path, &new->snapshot);
    if (r < 0)
        return r;
    new->has_page = true;
    keep(census, new);
    return 0;
}

/* The kernel's own threads have no memory; nor has what has ended and was not waited for.
 */
static bool is_of_kernel(int pid)
{
    const struct snug_root process = snug_rights_root(pid);
    uint64_t kib;
    return snug_file_find(&process, "/proc/self/status", "VmSize:", &kib) == -ENOENT;
}

static void add_member(int pid, void *context)
{
    if (!is_of_kernel(pid))
        (void)snug_census_add_process(context, pid); /* It may have ended. */
}

int snug_census_add_group(struct snug_census *census, const char *name)
{
    static struct snug_groups groups;
    char path[SNUG_DIRECTORY_BYTES];
    const int r = snug_groups_open(name, &groups);
    if (r < 0)
        return r;
    if (groups.cpu.has_directory) {
        snug_groups_put_path(&groups, &groups.cpu, groups.cpu.n, path);
        (void)add_cpu(census, &snug_file_live, path, &groups.cpu);
    }
    if (groups.memory.has_directory) {
        snug_groups_put_path(&groups, &groups.memory, groups.memory.n, path);
        (void)add_memory(census, &snug_file_live, path, &groups.memory);
    }
    return snug_groups_each_process(&groups, add_member, census);
}

void snug_census_close(struct snug_census *census)
{
    free(census->observed);
    free(census->cpu);
    free(census->memory);
    *census = (struct snug_census){0};
}
