/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mountinfo: lines against a reader that counts spaces, and the whole file.
 */
#include <errno.h>

#include "fuzz.h"
#include "fuzz_files.h"
#include "snug/facts/mounts.h"

enum { FIELDS_MAX = 64, TYPE_AFTER_DASH = 1, OPTIONS_AFTER_DASH = 3, FIRST_OPTIONAL = 6 };

static bool same(struct snug_text a, const char *at, const char *end)
{
    return a.n == (size_t)(end - at) && !memcmp(a.at, at, a.n);
}

/* The fields by their spaces; what a good line has is where it says. */
static void check_fields(struct snug_text line, const struct snug_mount_line *found)
{
    const char *start[FIELDS_MAX];
    const char *end[FIELDS_MAX];
    size_t n = 0;
    const char *at = line.at;
    const char *const last = line.at + line.n;
    for (; n < FIELDS_MAX && at <= last; n++) {
        const char *space = memchr(at, ' ', (size_t)(last - at));
        start[n] = at;
        end[n] = space ? space : last;
        at = end[n] + 1;
    }
    if (n == FIELDS_MAX)
        return;
    MUST(n > FIRST_OPTIONAL);
    MUST(same(found->root, start[3], end[3]) && same(found->point, start[4], end[4]));
    size_t dash = FIRST_OPTIONAL;
    while (dash < n && !(end[dash] - start[dash] == 1 && *start[dash] == '-'))
        dash++;
    MUST(dash + 2 < n);
    MUST(same(found->type, start[dash + TYPE_AFTER_DASH], end[dash + TYPE_AFTER_DASH]));
    if (dash + OPTIONS_AFTER_DASH < n)
        MUST(same(found->options, start[dash + OPTIONS_AFTER_DASH], last));
    else
        MUST(!found->options.n);
}

/* In a block of its own, so that no byte behind it can be read. */
static void check_escapes(struct snug_text point)
{
    char buffer[SNUG_PATH_BYTES];
    char *copy = malloc(point.n);
    MUST(copy);
    memcpy(copy, point.at, point.n);
    if (snug_mounts_unescape((struct snug_text){copy, point.n}, sizeof buffer, buffer) == 0)
        MUST(strlen(buffer) <= point.n);
    free(copy);
}

static void check_parts(struct snug_text text)
{
    struct snug_text line;
    while (snug_text_cut(&text, '\n', &line)) {
        struct snug_mount_line found;
        if (snug_mounts_parse(line, &found) < 0)
            continue;
        check_fields(line, &found);
        check_escapes(found.point);
    }
}

/* The lines of a file, through a buffer that many do not fit in. */
static void check_lines(struct snug_text text, size_t piece)
{
    const struct fuzz_file file = {"", text};
    char buffer[48];
    fuzz_files_set(&file, 1, piece);
    const int fd = snug_file_open(&(struct snug_root){.fd = -1}, "/any");
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    while (text.n) {
        const char *end = memchr(text.at, '\n', text.n);
        const size_t n = end ? (size_t)(end - text.at) : text.n;
        struct snug_text line;
        const int r = snug_file_next_line(&lines, &line);
        MUST(r == (n < sizeof buffer ? 1 : -EFBIG));
        MUST(r < 0 || same(line, text.at, text.at + n));
        MUST(lines.was_terminated == (end != NULL));
        text = (struct snug_text){text.at + n + !!end, text.n - n - !!end};
    }
    struct snug_text line;
    MUST(snug_file_next_line(&lines, &line) == 0);
    snug_file_close(&fd);
}

static bool is_tried(const struct snug_tried *tried, uint64_t id)
{
    for (unsigned i = 0; i < tried->n; i++)
        if (tried->id[i] == id)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    const size_t piece = (size_t)16 * fuzz_byte(&input) + 1;
    struct snug_text own = fuzz_part(&input);
    if (!snug_text_starts(own, "/"))
        own = (struct snug_text){0}; /* No line of /proc/self/cgroup is taken so. */
    const struct snug_text path[SNUG_N_HIERARCHIES] = {own, own, own};
    const struct snug_text text = {(const char *)input.at, input.n};
    const struct fuzz_file file = {"mountinfo", text};
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;

    check_parts(text);
    check_lines(text, piece);
    fuzz_files_set(&file, 1, piece);
    MUST(snug_mounts_read(&(struct snug_root){.fd = -1}, path, &tried, mount, &is_stated) ==
         0);
    MUST(fuzz_files_open() == 0);
    for (int i = 0; i < SNUG_N_HIERARCHIES; i++) {
        if (mount[i].view <= SNUG_VIEW_TOO_LONG)
            continue;
        const size_t n = strnlen(mount[i].point, sizeof mount[i].point);
        MUST(n < sizeof mount[i].point);
        MUST(own.at || mount[i].view == SNUG_VIEW_ELSEWHERE);
        const struct snug_text below = mount[i].below;
        if (mount[i].view == SNUG_VIEW_OWN)
            MUST(below.n <= own.n && (!below.n || below.at[0] == '/') &&
                 below.at >= own.at && below.at + below.n <= own.at + own.n);
        MUST(!is_tried(&tried, mount[i].id));
    }
    return 0;
}
