/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The counting files of both cgroup versions. Each is opened once, so that its figures are
 * of one moment.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/subject/evidence.h"
#include "snug/facts/limits.h"

enum { LINE_BYTES = 512, NS_PER_USEC = 1000, HUNDREDTHS = 100 };

/* A line `KEY NUMBER` of a file. */
struct row {
    const char *key;
    struct snug_figure *figure;
};

static void read_rows(const struct snug_root *root, struct snug_cgroup *at,
                      const char *name, const struct row *row, size_t n)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, snug_cgroup_file(at, name));
    if (fd < 0)
        return;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    while (snug_file_next_line(&lines, &line) > 0) {
        struct snug_text key;
        struct snug_text number;
        if (!snug_text_cut_word(&line, &key) || !snug_text_cut_word(&line, &number))
            continue;
        for (size_t i = 0; i < n; i++)
            if (snug_text_equals(key, row[i].key))
                row[i].figure->is_known =
                    snug_text_u64(number, &row[i].figure->number) == 0;
    }
}

static struct snug_figure read_number(const struct snug_root *root, struct snug_cgroup *at,
                                      const char *name)
{
    struct snug_figure ret = {0};
    char text[64];
    size_t n;
    if (snug_file_read(root, snug_cgroup_file(at, name), sizeof text, text, &n) == 0)
        ret.is_known =
            snug_text_u64(snug_text_trim((struct snug_text){text, n}), &ret.number) == 0;
    return ret;
}

static int read_text(const struct snug_root *root, struct snug_cgroup *at, const char *name,
                     size_t size, char *buffer, struct snug_text *ret)
{
    size_t n;
    const int r = snug_file_read(root, snug_cgroup_file(at, name), size, buffer, &n);
    if (r == 0)
        *ret = snug_text_trim((struct snug_text){buffer, n});
    return r;
}

/* Where the controller is not enabled there is no file, and no limit; nor is there one at
 * the top. */
static enum snug_kind without_file(const struct snug_root *root, struct snug_cgroup *at,
                                   int r)
{
    return r == -ENOENT && snug_cgroup_exists(root, at) ? SNUG_NONE : SNUG_UNKNOWN;
}

static struct snug_bound read_bytes(const struct snug_root *root, struct snug_cgroup *at,
                                    const char *name)
{
    struct snug_bound ret = {0};
    char buffer[64];
    struct snug_text text = {0};
    const int r = read_text(root, at, name, sizeof buffer, buffer, &text);
    ret.kind =
        r < 0 ? without_file(root, at, r) : snug_limits_parse_bytes(text, &ret.number);
    return ret;
}

struct snug_bound snug_evidence_limit_bytes(const struct snug_root *root,
                                            struct snug_cgroup *at)
{
    return read_bytes(root, at, at->is_v2 ? "memory.max" : "memory.limit_in_bytes");
}

struct snug_bound snug_evidence_limit_milli(const struct snug_root *root,
                                            struct snug_cgroup *at)
{
    struct snug_bound ret = {0};
    struct snug_quota quota = {0};
    char buffer[64];
    char period_buffer[64];
    struct snug_text text = {0};
    struct snug_text period = {0};
    int r = read_text(root, at, at->is_v2 ? "cpu.max" : "cpu.cfs_quota_us", sizeof buffer,
                      buffer, &text);
    if (r == 0 && !at->is_v2)
        r = read_text(root, at, "cpu.cfs_period_us", sizeof period_buffer, period_buffer,
                      &period);
    if (r < 0)
        ret.kind = without_file(root, at, r);
    else if (at->is_v2)
        ret.kind = snug_limits_parse_cpu_max(text, &quota.quota_usec, &quota.period_usec);
    else
        ret.kind =
            snug_limits_parse_cfs(text, period, &quota.quota_usec, &quota.period_usec);
    if (ret.kind == SNUG_SET)
        ret.number = snug_figures_milli(&quota);
    return ret;
}

/* `0.12` as hundredths. */
static struct snug_figure parse_percent(struct snug_text text)
{
    struct snug_figure ret = {0};
    struct snug_text before;
    uint64_t whole;
    uint64_t part;
    ret.is_known = snug_text_cut(&text, '.', &before) && text.n == 2 &&
                   snug_text_u64(before, &whole) == 0 && whole <= HUNDREDTHS &&
                   snug_text_u64(text, &part) == 0;
    if (ret.is_known)
        ret.number = whole * HUNDREDTHS + part;
    return ret;
}

/* `some avg10=0.12 avg60=0.05 avg300=0.01 total=1234`, and a line `full`. */
static void parse_pressure(struct snug_text rest, struct snug_pressure *ret)
{
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text word;
        const bool is_full = snug_text_starts(line, "full ");
        struct snug_figure *average = is_full ? &ret->full : &ret->some;
        struct snug_figure *total = is_full ? &ret->full_usec : &ret->some_usec;
        if (!is_full && !snug_text_starts(line, "some "))
            continue;
        while (snug_text_cut_word(&line, &word)) {
            struct snug_text value = word;
            struct snug_text key;
            if (!snug_text_cut(&value, '=', &key) || !value.at)
                continue;
            if (snug_text_equals(key, "avg10"))
                *average = parse_percent(value);
            else if (snug_text_equals(key, "total"))
                total->is_known = snug_text_u64(value, &total->number) == 0;
        }
    }
}

static void read_pressure(const struct snug_root *root, struct snug_cgroup *at,
                          const char *name, struct snug_pressure *ret)
{
    char buffer[LINE_BYTES];
    struct snug_text text;
    if (read_text(root, at, name, sizeof buffer, buffer, &text) == 0)
        parse_pressure(text, ret);
}

static void read_machine_pressure(const struct snug_root *root, struct snug_pressure *ret)
{
    char buffer[LINE_BYTES];
    size_t n;
    if (snug_file_read(root, "/proc/pressure/cpu", sizeof buffer, buffer, &n) == 0)
        parse_pressure((struct snug_text){buffer, n}, ret);
}

bool snug_evidence_go_to(struct snug_cgroup *at, const char *from)
{
    const char *end = strrchr(from, '/');
    const size_t n = end ? (size_t)(end - from) : 0;
    const size_t n_own = at->n;
    do
        if (at->n == n && memcmp(at->directory, from, n) == 0)
            return true;
    while (snug_cgroup_go_up(at));
    at->n = n_own;
    return false;
}

static void put_directory(const struct snug_cgroup *at, char *ret)
{
    (void)snug_text_copy((struct snug_text){at->directory, at->n}, SNUG_DIRECTORY_BYTES,
                         ret); /* It has the same size. */
}

/* Where the controller cpuacct is mounted by itself, beside cpu, a cgroup lies there by the
 * same path: runtimes make it in all of them. */
static struct snug_figure read_apart(const struct snug_root *root,
                                     const struct snug_cgroup *at)
{
    static struct snug_cgroup apart;
    struct snug_text top = {at->directory, at->n_top};
    struct snug_builder out = snug_text_build(apart.directory, sizeof apart.directory - 64);
    if (!snug_text_matches(top, snug_text_of("*/cpu")))
        return (struct snug_figure){0};
    snug_text_put_slice(&out, top);
    snug_text_put(&out, "acct");
    apart.n_top = out.n;
    snug_text_put_slice(&out,
                        (struct snug_text){at->directory + at->n_top, at->n - at->n_top});
    apart.n = out.n;
    return out.is_full ? (struct snug_figure){0}
                       : read_number(root, &apart, "cpuacct.usage");
}

void snug_evidence_read_cpu(const struct snug_root *root, struct snug_cgroup *at,
                            struct snug_cpu_evidence *ret)
{
    struct snug_figure throttled_ns = {0};
    const struct row rows[] = {
        {"nr_periods", &ret->periods},     {"nr_throttled", &ret->throttled},
        {"usage_usec", &ret->usage_usec},  {"throttled_usec", &ret->throttled_usec},
        {"throttled_time", &throttled_ns},
    };
    *ret = (struct snug_cpu_evidence){0};
    put_directory(at, ret->directory);
    ret->limit_milli = snug_evidence_limit_milli(root, at);
    read_rows(root, at, "cpu.stat", rows, sizeof rows / sizeof *rows);
    if (throttled_ns.is_known)
        ret->throttled_usec = (struct snug_figure){true, throttled_ns.number / NS_PER_USEC};
    if (at->is_v2) {
        read_pressure(root, at, "cpu.pressure", &ret->pressure);
        return;
    }
    ret->usage_usec = read_number(root, at, "cpuacct.usage");
    if (!ret->usage_usec.is_known)
        ret->usage_usec = read_apart(root, at);
    ret->usage_usec.number /= NS_PER_USEC;
}

static struct snug_figure count_lines(const struct snug_root *root, int fd)
{
    struct snug_figure ret = {0};
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    uint64_t pid;
    int r;
    /* Who is there to look, by kubectl exec, goes again. */
    const uint64_t self = root->fd < 0 ? (uint64_t)getpid() : 0;
    while ((r = snug_file_next_line(&lines, &line)) > 0)
        ret.number += snug_text_u64(line, &pid) < 0 || !pid || pid != self;
    ret.is_known = r == 0;
    return ret;
}

static struct snug_figure count_processes(const struct snug_root *root,
                                          struct snug_cgroup *at, struct snug_crowd *last)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, snug_cgroup_file(at, "cgroup.procs"));
    struct stat file;
    if (fd < 0)
        return (struct snug_figure){0};
    if (!last || fstat(fd, &file) < 0)
        return count_lines(root, fd);
    if (!last->processes.is_known || last->device != file.st_dev ||
        last->inode != file.st_ino)
        *last = (struct snug_crowd){file.st_dev, file.st_ino, count_lines(root, fd)};
    return last->processes;
}

static void read_v2(const struct snug_root *root, struct snug_cgroup *at,
                    struct snug_memory_evidence *ret)
{
    struct snug_figure kernel[] = {{0}, {0}, {0}, {0}, {0}};
    const struct row rows[] = {
        {"anon", &ret->anonymous},
        {"anon_thp", &ret->huge},
        {"file", &ret->page_cache},
        {"shmem", &ret->shared},
        {"active_file", &ret->active_file},
        {"inactive_file", &ret->inactive_file},
        {"kernel", &ret->kernel},
        {"sock", &ret->sockets},
        {"kernel_stack", &kernel[0]},
        {"pagetables", &kernel[1]},
        {"percpu", &kernel[2]},
        {"vmalloc", &kernel[3]},
        {"slab", &kernel[4]},
    };
    const struct row events[] = {
        {"low", &ret->reclaimed}, {"high", &ret->slowed},     {"max", &ret->hit},
        {"oom", &ret->starved},   {"oom_kill", &ret->killed},
    };
    ret->limit_bytes = snug_evidence_limit_bytes(root, at);
    ret->high_bytes = read_bytes(root, at, "memory.high");
    read_pressure(root, at, "memory.pressure", &ret->pressure);
    ret->current = read_number(root, at, "memory.current");
    read_rows(root, at, "memory.stat", rows, sizeof rows / sizeof *rows);
    read_rows(root, at, "memory.events", events, sizeof events / sizeof *events);
    ret->swap = read_number(root, at, "memory.swap.current");
    if (ret->kernel.is_known)
        return;
    /* Before Linux 5.18 there is no sum; `vmalloc` and `percpu` are younger than the rest.
     */
    const struct snug_figure *part[5];
    size_t n = 0;
    for (size_t i = 0; i < sizeof kernel / sizeof *kernel; i++)
        if (kernel[i].is_known)
            part[n++] = &kernel[i];
    if (kernel[0].is_known && kernel[4].is_known)
        ret->kernel = snug_evidence_sum(part, n);
}

static void read_v1(const struct snug_root *root, struct snug_cgroup *at,
                    struct snug_memory_evidence *ret)
{
    const struct row rows[] = {
        {"total_rss", &ret->anonymous},
        {"total_rss_huge", &ret->huge},
        {"total_cache", &ret->page_cache},
        {"total_shmem", &ret->shared},
        {"total_active_file", &ret->active_file},
        {"total_inactive_file", &ret->inactive_file},
        {"total_swap", &ret->swap},
    };
    const struct row control[] = {{"oom_kill", &ret->killed}};
    ret->limit_bytes = snug_evidence_limit_bytes(root, at);
    ret->high_bytes.kind = SNUG_NONE;
    ret->current = read_number(root, at, "memory.usage_in_bytes");
    read_rows(root, at, "memory.stat", rows, sizeof rows / sizeof *rows);
    ret->kernel = read_number(root, at, "memory.kmem.usage_in_bytes");
    ret->hit = read_number(root, at, "memory.failcnt");
    read_rows(root, at, "memory.oom_control", control, 1);
}

static void read_counted(const struct snug_root *root, struct snug_cgroup *at,
                         struct snug_figure processes, struct snug_memory_evidence *ret)
{
    *ret = (struct snug_memory_evidence){.is_v2 = at->is_v2, .processes = processes};
    put_directory(at, ret->directory);
    if (at->is_v2)
        read_v2(root, at, ret);
    else
        read_v1(root, at, ret);
}

void snug_evidence_read_memory(const struct snug_root *root, struct snug_cgroup *at,
                               struct snug_memory_evidence *ret)
{
    read_counted(root, at, count_processes(root, at, NULL), ret);
}

void snug_evidence_read(const struct snug_root *root, const struct snug_facts *facts,
                        struct snug_crowd *last, struct snug_cpu_evidence *ret_cpu,
                        struct snug_memory_evidence *ret_memory)
{
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    *ret_cpu = (struct snug_cpu_evidence){0};
    *ret_memory = (struct snug_memory_evidence){0};
    snug_cgroup_find(root, &cpu, &memory);
    if (cpu.has_directory) {
        (void)snug_evidence_go_to(&cpu, facts->cpu.limit.from); /* Or it is the own one. */
        snug_evidence_read_cpu(root, &cpu, ret_cpu);
    }
    if (!ret_cpu->pressure.some.is_known)
        read_machine_pressure(root, &ret_cpu->machine_pressure);
    if (memory.has_directory) {
        const struct snug_figure processes = count_processes(root, &memory, last);
        (void)snug_evidence_go_to(&memory, facts->memory.limit.from); /* Likewise. */
        read_counted(root, &memory, processes, ret_memory);
    }
}

struct snug_figure snug_evidence_sum(const struct snug_figure *const *part, size_t n)
{
    struct snug_figure ret = {.is_known = n > 0};
    for (size_t i = 0; i < n && ret.is_known; i++)
        ret.is_known = part[i]->is_known &&
                       !__builtin_add_overflow(ret.number, part[i]->number, &ret.number);
    return ret.is_known ? ret : (struct snug_figure){0};
}

struct snug_figure snug_evidence_working_set(const struct snug_memory_evidence *memory)
{
    if (!memory->current.is_known || !memory->inactive_file.is_known)
        return (struct snug_figure){0};
    const uint64_t current = memory->current.number;
    const uint64_t inactive = memory->inactive_file.number;
    return (struct snug_figure){true, inactive < current ? current - inactive : 0};
}
