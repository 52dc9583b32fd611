/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/maps: the file that lies at an address. What surprises: it tells what readlink
 * of /proc/self/exe tells, with calls that every loader makes.
 */
#include "snug/facts/maps.h"

#include <errno.h>

enum { LINE_BYTES = 4096 + 128, N_FIELDS_BEFORE_PATH = 5 };

/* `00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/see`. */
static struct snug_text path_at(struct snug_text line, uint64_t address)
{
    struct snug_text range = {0};
    struct snug_text low = {0};
    uint64_t from;
    uint64_t to;
    struct snug_text rest = line;
    if (!snug_text_cut_word(&rest, &range) || !snug_text_cut(&range, '-', &low) ||
        snug_text_hex(low, &from) < 0 || snug_text_hex(range, &to) < 0 || address < from ||
        address >= to)
        return (struct snug_text){0};
    for (int i = 1; i < N_FIELDS_BEFORE_PATH; i++) {
        struct snug_text field;
        if (!snug_text_cut_word(&rest, &field))
            return (struct snug_text){0};
    }
    rest = snug_text_trim(rest);
    return snug_text_starts(rest, "/") ? rest : (struct snug_text){0};
}

struct snug_text snug_maps_path(const struct snug_root *root, const void *address,
                                size_t size, char *ret_buf)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/maps");
    if (fd < 0)
        return (struct snug_text){0};

    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) != 0) {
        if (r == -EFBIG)
            continue;
        if (r < 0)
            break;
        const struct snug_text path = path_at(line, (uintptr_t)address);
        if (path.n && snug_text_copy(path, size, ret_buf) == 0)
            return (struct snug_text){ret_buf, path.n};
    }
    return (struct snug_text){0};
}
