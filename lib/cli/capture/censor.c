/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By the file's name. Every rule makes the file shorter, so that it is rewritten in place.
 */
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "snug/base/text.h"
#include "snug/cli/capture/censor.h"

/* A text that is written over its own beginning. */
struct page {
    char *at;
    size_t n;
};

static void put(struct page *page, struct snug_text text)
{
    memmove(page->at + page->n, text.at, text.n);
    page->n += text.n;
}

/* A line that ends with the text has no newline, and no room for one. */
static void end_line(struct page *page, struct snug_text rest)
{
    if (rest.at)
        put(page, snug_text_of("\n"));
}

/* Variables that steer snug, Go, malloc and the loader. */
static bool is_kept_variable(struct snug_text entry)
{
    static const char *const names[] = {
        "SNUG=",         "SNUG_",   "GOMAXPROCS=",     "GOMEMLIMIT=", "GOGC=", "GODEBUG=",
        "AUTOMEMLIMIT=", "MALLOC_", "GLIBC_TUNABLES=", "LD_PRELOAD=", "TZ=",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snug_text_starts(entry, names[i]))
            return true;
    return false;
}

static size_t cut_environ(char *bytes, size_t n)
{
    struct page page = {.at = bytes};
    struct snug_text rest = {bytes, n};
    struct snug_text entry;
    while (snug_text_cut(&rest, 0, &entry))
        if (is_kept_variable(entry))
            put(&page, (struct snug_text){entry.at, entry.n + (rest.at != NULL)});
    return page.n;
}

/* All but who captures. */
static size_t cut_processes(char *bytes, size_t n)
{
    struct page page = {.at = bytes};
    struct snug_text rest = {bytes, n};
    struct snug_text line;
    uint64_t pid;
    while (snug_text_cut(&rest, '\n', &line)) {
        if (snug_text_u64(line, &pid) == 0 && pid == (uint64_t)getpid())
            continue;
        put(&page, line);
        end_line(&page, rest);
    }
    return page.n;
}

/* Of the mappings only the objects that somebody asks for, and not where they lie. */
static size_t cut_maps(char *bytes, size_t n)
{
    struct page page = {.at = bytes};
    struct snug_text rest = {bytes, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text range = line;
        if (!snug_text_matches(line, snug_text_of("*/libsnug.so*")) &&
            !snug_text_matches(line, snug_text_of("*/libasan.so*")))
            continue;
        const size_t n_range = snug_text_find(range, ' ');
        if (n_range < sizeof "0-0" - 1)
            continue; /* No range of the kernel's. */
        put(&page, snug_text_of("0-0"));
        put(&page, (struct snug_text){line.at + n_range, line.n - n_range});
        end_line(&page, rest);
    }
    return page.n;
}

/* Of what is mounted, not by whom, and the file system's own options of cgroups only. */
static size_t cut_mountinfo(char *bytes, size_t n)
{
    struct page page = {.at = bytes};
    struct snug_text rest = {bytes, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line) && line.n) {
        struct snug_text tail = line;
        struct snug_text word;
        struct snug_text type = {0};
        while (snug_text_cut_word(&tail, &word) && !snug_text_equals(word, "-"))
            continue;
        const bool has_type = snug_text_cut_word(&tail, &type);
        if (has_type && !snug_text_starts(type, "cgroup") &&
            (size_t)(line.at + line.n - (type.at + type.n)) > sizeof " none rw") {
            put(&page, (struct snug_text){line.at, (size_t)(type.at + type.n - line.at)});
            put(&page, snug_text_of(" none rw\n"));
        } else {
            put(&page, (struct snug_text){line.at, line.n});
            end_line(&page, rest);
        }
    }
    return page.n;
}

/* `4711 (name) Z 1 …`: the state and the parent. What stands behind tells addresses, and
 * the names of those that run are their own affair. */
static size_t cut_stat(char *bytes, size_t n)
{
    const char *name = memchr(bytes, '(', n);
    const char *end = memrchr(bytes, ')', n);
    if (!name || !end || end < name)
        return 0;
    struct snug_text rest = {end + 1, n - (size_t)(end + 1 - bytes)};
    struct snug_text state;
    struct snug_text parent;
    if (!snug_text_cut_word(&rest, &state) || !snug_text_cut_word(&rest, &parent))
        return 0;
    const bool is_zombie = snug_text_equals(state, "Z");
    const struct snug_text tail = {end, (size_t)(parent.at + parent.n - end)};
    struct page page = {bytes, (size_t)((is_zombie ? end : name + 1) - bytes)};
    const bool has_more = (size_t)(parent.at + parent.n - bytes) < n;
    put(&page, tail);
    if (has_more)
        put(&page, snug_text_of("\n"));
    return page.n;
}

/* Of another process how it takes signals, its parent and its name. */
static size_t cut_status(char *bytes, size_t n)
{
    static const char *const names[] = {
        "Name:", "PPid:", "NSpid:", "SigBlk:", "SigIgn:", "SigCgt:"};
    struct page page = {.at = bytes};
    struct snug_text rest = {bytes, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (snug_text_starts(line, names[i]))
                put(&page, (struct snug_text){line.at, line.n + (rest.at != NULL)});
    return page.n;
}

/* The number of a call, without its arguments. */
static size_t cut_syscall(char *bytes, size_t n)
{
    struct page page = {.at = bytes};
    const struct snug_text all = {bytes, n};
    put(&page, (struct snug_text){bytes, snug_text_find(all, ' ')});
    if (page.n < n)
        put(&page, snug_text_of("\n"));
    return page.n;
}

/* `0: 0100007F:1F90 0200000A:C350 01 …`: nobody's address, but for the mark of IPv4 in
 * IPv6, and no port of the other side. */
static size_t cut_connections(char *bytes, size_t n)
{
    enum { FIRST_LOCAL = 1, FIRST_REMOTE = 2, MARK_FROM = 16, MARK_TO = 24, V6 = 32 };
    struct snug_text rest = {bytes, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text word;
        for (unsigned i = 0; i <= FIRST_REMOTE && snug_text_cut_word(&line, &word); i++) {
            const size_t n_address = snug_text_find(word, ':');
            if (i < FIRST_LOCAL || n_address == word.n)
                continue; /* The line that heads the columns has no colon there. */
            char *const at = bytes + (word.at - bytes);
            const bool is_mapped =
                n_address == V6 &&
                memcmp(word.at, "0000000000000000FFFF0000", MARK_TO) == 0;
            for (size_t j = 0; j < word.n; j++) {
                const bool is_kept = j == n_address ||
                                     (i == FIRST_LOCAL && j > n_address) ||
                                     (is_mapped && j >= MARK_FROM && j < MARK_TO);
                if (!is_kept)
                    at[j] = '0';
            }
        }
    }
    return n;
}

size_t snug_censor_file(const char *path, char *bytes, size_t n)
{
    const struct snug_text name = snug_text_of(path);
    if (snug_text_equals(name, "/proc/self/environ"))
        return cut_environ(bytes, n);
    if (snug_text_equals(name, "/proc/self/maps"))
        return cut_maps(bytes, n);
    if (snug_text_matches(name, snug_text_of("/sys/fs/cgroup/*/cgroup.procs")) ||
        snug_text_equals(name, "/sys/fs/cgroup/cgroup.procs"))
        return cut_processes(bytes, n);
    if (snug_text_equals(name, "/proc/self/mountinfo"))
        return cut_mountinfo(bytes, n);
    if (snug_text_equals(name, "/proc/self/syscall") ||
        snug_text_matches(name, snug_text_of("/proc/[0-9]*/syscall")))
        return cut_syscall(bytes, n);
    if (snug_text_matches(name, snug_text_of("/proc/[0-9]*/status")))
        return cut_status(bytes, n);
    if (snug_text_matches(name, snug_text_of("/proc/[0-9]*/stat")))
        return cut_stat(bytes, n);
    if (snug_text_matches(name, snug_text_of("/proc/self/net/tcp*")))
        return cut_connections(bytes, n);
    /* An object that is preloaded: of which kind it is. */
    return snug_censor_has_enough(bytes, n) ? sizeof(Elf64_Ehdr) : n;
}

size_t snug_censor_whole(const char *path, const char *bytes, size_t n)
{
    const struct snug_text name = snug_text_of(path);
    const char *end = NULL;
    if (snug_text_equals(name, "/proc/self/maps"))
        end = memrchr(bytes, '\n', n);
    else if (snug_text_equals(name, "/proc/self/environ"))
        end = memrchr(bytes, 0, n);
    return end ? (size_t)(end + 1 - bytes) : 0;
}

bool snug_censor_has_enough(const char *bytes, size_t n)
{
    return n >= sizeof(Elf64_Ehdr) && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

bool snug_censor_is_private(const char *path)
{
    static const char *const names[] = {"/proc/self/mem", "/proc/self/exe",
                                        "/proc/self/cmdline", "/proc/self/stat",
                                        "/proc/self/pagemap"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snug_text_equals(snug_text_of(path), names[i]))
            return true;
    return false;
}
