/* SPDX-License-Identifier: LGPL-2.1-or-later
 * status, maps, and of the children their stat.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "snug/cli/subject/condition.h"

enum { LINE_BYTES = 8192, STAT_BYTES = 1024, KIB_BYTES = 1024 };

static void take_kib(struct snug_text value, struct snug_figure *ret)
{
    struct snug_text word;
    ret->is_known = snug_text_cut_word(&value, &word) &&
                    snug_text_u64(word, &ret->number) == 0 &&
                    !__builtin_mul_overflow(ret->number, (uint64_t)KIB_BYTES, &ret->number);
}

/* The kernel writes newlines and backslashes as C does. At most 15 bytes are left, but for
 * its own threads. */
static void take_name(struct snug_text escaped, struct snug_condition *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < escaped.n && n + 1 < sizeof ret->name; i++) {
        const bool is_escape = escaped.at[i] == '\\' && i + 1 < escaped.n;
        i += is_escape;
        ret->name[n] = escaped.at[i];
        if (is_escape && ret->name[n] == 'n')
            ret->name[n] = '\n';
        n++;
    }
    ret->name[n] = 0;
}

/* `SigCgt:\tfffffffe7fc1feff`, `NSpid:\t4711\t1`, `VmRSS:\t    1234 kB`. */
static void take_line(struct snug_text key, struct snug_text value,
                      struct snug_condition *ret)
{
    const struct snug_text whole = snug_text_trim(value);
    struct snug_text word;
    if (snug_text_equals(key, "Threads")) {
        ret->threads.is_known = snug_text_u64(whole, &ret->threads.number) == 0;
    } else if (snug_text_equals(key, "VmRSS")) {
        take_kib(value, &ret->rss_bytes);
    } else if (snug_text_equals(key, "PPid")) {
        if (snug_text_u64(whole, &ret->parent) < 0)
            ret->parent = 0;
    } else if (snug_text_equals(key, "RssAnon")) {
        take_kib(value, &ret->anonymous_bytes);
    } else if (snug_text_equals(key, "Name")) {
        take_name(whole, ret);
    } else if (snug_text_equals(key, "VmSwap")) {
        take_kib(value, &ret->swap_bytes);
    } else if (snug_text_equals(key, "SigBlk")) {
        ret->has_signals = snug_text_hex(whole, &ret->blocked) == 0;
    } else if (snug_text_equals(key, "SigIgn")) {
        ret->has_signals = ret->has_signals && snug_text_hex(whole, &ret->ignored) == 0;
    } else if (snug_text_equals(key, "SigCgt")) {
        ret->has_signals = ret->has_signals && snug_text_hex(whole, &ret->caught) == 0;
    } else if (snug_text_equals(key, "NSpid")) {
        while (snug_text_cut_word(&value, &word))
            if (snug_text_u64(word, &ret->pid) < 0)
                ret->pid = 0;
    }
}

static int read_status(const struct snug_root *root, const char *path,
                       struct snug_condition *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(root, path);
    if (fd < 0)
        return fd;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0) {
        struct snug_text key;
        if (snug_text_cut(&line, ':', &key) && line.at)
            take_line(key, line, ret);
    }
    return r;
}

/* `128 0x7ffd… …`: the system call that the first thread is in. */
static void read_call(const struct snug_root *root, const char *path,
                      struct snug_condition *ret)
{
    char text[STAT_BYTES];
    size_t n;
    uint64_t number;
    struct snug_text word;
    if (snug_file_read(root, path, sizeof text, text, &n) < 0)
        return;
    struct snug_text rest = {text, n};
    ret->awaits_signals = snug_text_cut_word(&rest, &word) &&
                          snug_text_u64(word, &number) == 0 &&
                          number == SYS_rt_sigtimedwait;
}

/* `7f83-7f84 r-xp 00000000 08:01 1234   /lib/libsnug.so`. */
static void read_maps(const struct snug_root *root, struct snug_condition *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/maps");
    if (fd < 0)
        return;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG) {
        const size_t n = r > 0 ? snug_text_find(line, '/') : line.n;
        if (n == line.n)
            continue;
        const struct snug_text path = {line.at + n, line.n - n};
        if (!ret->has_object && snug_text_matches(path, snug_text_of("*/libsnug.so*"))) {
            ret->has_object = true;
            (void)snug_text_copy(path, sizeof ret->object, ret->object);
        }
        ret->has_asan |= snug_text_matches(path, snug_text_of("*/libasan.so*"));
    }
    ret->has_maps = r == 0;
}

/* `4711 (name) Z 1 …`: whether it is a child of this process. The name may hold anything.
 */
static void take_stat(const char *text, bool is_lowest, struct snug_condition *ret)
{
    const char *name = strchr(text, '(');
    const char *end = strrchr(text, ')');
    struct snug_text rest = snug_text_of(end ? end + 1 : "");
    struct snug_text state;
    struct snug_text parent;
    uint64_t number;
    if (!name || end < name || !snug_text_cut_word(&rest, &state) ||
        !snug_text_cut_word(&rest, &parent) || snug_text_u64(parent, &number) < 0 ||
        number != ret->pid)
        return;
    if (!snug_text_equals(state, "Z")) {
        ret->children.number++;
        return;
    }
    ret->zombies.number++;
    const struct snug_text inside = {name + 1, (size_t)(end - name - 1)};
    if (is_lowest)
        (void)snug_text_copy(inside, sizeof ret->zombie, ret->zombie);
}

/* All that the process sees in its own /proc. */
static void count_children(const struct snug_root *root, struct snug_condition *ret)
{
    const int fd = ret->pid ? snug_file_open(root, "/proc") : -1;
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        snug_file_close(&fd);
        return;
    }
    bool has_own = false;
    uint64_t lowest = UINT64_MAX;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        char path[sizeof entry->d_name + 16];
        char text[STAT_BYTES];
        uint64_t pid;
        size_t n;
        if (snug_text_u64(snug_text_of(entry->d_name), &pid) < 0)
            continue;
        has_own |= pid == ret->pid;
        (void)snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        if (snug_file_read(root, path, sizeof text, text, &n) < 0)
            continue;
        const uint64_t n_before = ret->zombies.number;
        take_stat(text, pid < lowest, ret);
        if (ret->zombies.number > n_before && pid < lowest)
            lowest = pid;
    }
    (void)closedir(directory);
    /* Else it is another namespace's /proc. */
    ret->zombies.is_known = ret->children.is_known = has_own;
}

void snug_condition_read_own(const struct snug_root *root, struct snug_condition *ret)
{
    *ret = (struct snug_condition){0};
    ret->is_known = read_status(root, "/proc/self/status", ret) == 0;
    read_call(root, "/proc/self/syscall", ret);
    read_maps(root, ret);
}

void snug_condition_read(const struct snug_root *root, struct snug_condition *ret)
{
    snug_condition_read_own(root, ret);
    count_children(root, ret);
}

void snug_condition_read_other(const struct snug_root *root, uint64_t pid,
                               struct snug_condition *ret)
{
    char path[64];
    *ret = (struct snug_condition){0};
    (void)snprintf(path, sizeof path, "/proc/%llu/status", (unsigned long long)pid);
    ret->is_known = read_status(root, path, ret) == 0;
    (void)snprintf(path, sizeof path, "/proc/%llu/syscall", (unsigned long long)pid);
    read_call(root, path, ret);
}
