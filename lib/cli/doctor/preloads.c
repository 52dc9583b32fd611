/* SPDX-License-Identifier: LGPL-2.1-or-later
 * LD_PRELOAD and /etc/ld.so.preload. Of each object only the ELF header is read.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "snug/base/entries.h"
#include "snug/cli/doctor/preloads.h"
#include "snug/facts/mounts.h"

enum { FILE_BYTES = 4096, LINE_BYTES = 8192 };

#ifdef __aarch64__
enum { OWN_MACHINE = EM_AARCH64 };
#else
enum { OWN_MACHINE = EM_X86_64 };
#endif

static bool is_below(const char *path, const char *point)
{
    const size_t n = strlen(point);
    return strncmp(path, point, n) == 0 && (!n || point[n - 1] == '/' || path[n] == '/');
}

/* Whether the mount that the path lies on forbids to execute, and which it is. A later line
 * of the same point hides an earlier one. */
static void find_mount(const struct snug_root *root, struct snug_preloaded *object)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/mountinfo");
    if (fd < 0)
        return;
    char buffer[LINE_BYTES];
    size_t n_best = 0;
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG) {
        enum { ID, PARENT, DEVICE, ROOT, POINT, OPTIONS, N_WORDS };
        struct snug_text word[N_WORDS];
        unsigned n = 0;
        while (r > 0 && n < N_WORDS && snug_text_cut_word(&line, &word[n]))
            n++;
        char point[sizeof object->mount];
        if (n < N_WORDS || snug_mounts_unescape(word[POINT], sizeof point, point) < 0 ||
            !is_below(object->path, point) || strlen(point) < n_best)
            continue;
        n_best = strlen(point);
        memcpy(object->mount, point, sizeof point);
        object->is_noexec = false;
        struct snug_text option;
        while (snug_text_cut(&word[OPTIONS], ',', &option))
            object->is_noexec |= snug_text_equals(option, "noexec");
    }
}

static void look_at(const struct snug_root *root, struct snug_preloaded *object)
{
    if (!strchr(object->path, '/')) {
        object->is_named = true;
        return;
    }
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, object->path);
    if (fd < 0)
        return;
    Elf64_Ehdr header = {0};
    object->is_there = true;
    object->is_fitting = read(fd, &header, sizeof header) == (ssize_t)sizeof header &&
                         memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
                         header.e_ident[EI_CLASS] == ELFCLASS64 &&
                         header.e_type == ET_DYN && header.e_machine == OWN_MACHINE;
    find_mount(root, object);
}

static void add_all(const struct snug_root *root, struct snug_text list, bool is_of_file,
                    struct snug_preloads *ret)
{
    struct snug_text rest = list;
    struct snug_text word;
    while (snug_text_cut_word(&rest, &word)) {
        struct snug_text name;
        while (snug_text_cut(&word, ':', &name)) {
            struct snug_preloaded *object = &ret->object[ret->n];
            if (!name.n || ret->n == SNUG_PRELOADS_MAX ||
                snug_text_copy(name, sizeof object->path, object->path) < 0)
                continue;
            object->is_of_file = is_of_file;
            object->is_snug = snug_text_matches(name, snug_text_of("*libsnug.so*"));
            look_at(root, object);
            ret->n++;
        }
    }
}

void snug_preloads_read(const struct snug_root *root, char *const *entries,
                        struct snug_preloads *ret)
{
    char text[FILE_BYTES];
    size_t n;
    *ret = (struct snug_preloads){0};
    add_all(root, snug_entries_value(entries, "LD_PRELOAD"), false, ret);
    if (snug_file_read(root, "/etc/ld.so.preload", sizeof text, text, &n) == 0)
        add_all(root, (struct snug_text){text, n}, true, ret);
}
