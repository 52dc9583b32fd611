/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mountinfo. A hierarchy can be mounted several times, in part and one over the other, so
 * the file is read to its end: a later line may hide an earlier one.
 */
#include <errno.h>

#include "snug/facts/mounts.h"

/* An overlay's line is often longer; it is skipped whole and is no cgroup. */
enum { LINE_BYTES = 4096, N_OCTAL_DIGITS = 3 };

static struct snug_text without_trailing_slash(struct snug_text path)
{
    while (path.n && path.at[path.n - 1] == '/')
        path.n--;
    return path;
}

/* `36 35 0:30 /docker/5f0 /sys/fs/cgroup/cpu ro,nosuid master:9 - cgroup cgroup rw,cpu`:
 * between the mount's options and the dash are none to many optional fields. */
int snug_mounts_parse(struct snug_text line, struct snug_mount_line *ret)
{
    enum { ID, PARENT, DEVICE, ROOT, POINT, OPTIONS, N_FIELDS };
    struct snug_text field[N_FIELDS];
    struct snug_text rest = line;
    for (int i = 0; i < N_FIELDS; i++)
        if (!snug_text_cut(&rest, ' ', &field[i]))
            return -EINVAL;

    struct snug_mount_line found = {.root = field[ROOT], .point = field[POINT]};
    if (snug_text_u64(field[ID], &found.id) < 0 ||
        snug_text_u64(field[PARENT], &found.parent) < 0 || !found.root.n || !found.point.n)
        return -EINVAL;

    struct snug_text optional;
    do {
        if (!snug_text_cut(&rest, ' ', &optional))
            return -EINVAL;
    } while (!snug_text_equals(optional, "-"));

    struct snug_text source;
    if (!snug_text_cut(&rest, ' ', &found.type) || !snug_text_cut(&rest, ' ', &source))
        return -EINVAL;
    found.options = rest;
    *ret = found;
    return 0;
}

/* The value of the three octal digits behind a backslash at `at`, -1 if it is none. */
static int escaped_at(struct snug_text text, size_t at)
{
    if (text.at[at] != '\\' || text.n - at <= N_OCTAL_DIGITS)
        return -1;
    int ret = 0;
    for (size_t i = at + 1; i <= at + N_OCTAL_DIGITS; i++) {
        if (text.at[i] < '0' || text.at[i] > '7')
            return -1;
        ret = ret * 8 + (text.at[i] - '0');
    }
    return ret;
}

int snug_mounts_unescape(struct snug_text text, size_t size, char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    for (size_t i = 0; i < text.n; i++) {
        const int escaped = escaped_at(text, i);
        const char c = (char)(escaped < 0 ? text.at[i] : escaped);
        snug_text_put_slice(&out, (struct snug_text){&c, 1});
        if (escaped >= 0)
            i += N_OCTAL_DIGITS;
    }
    return out.is_full ? -ENAMETOOLONG : 0;
}

/* Cuts the next name off a path; false at its end. */
static bool cut_name(struct snug_text *path, struct snug_text *ret_name)
{
    while (path->n && path->at[0] == '/')
        *path = (struct snug_text){path->at + 1, path->n - 1};
    *ret_name = (struct snug_text){path->at, 0};
    while (ret_name->n < path->n && path->at[ret_name->n] != '/')
        ret_name->n++;
    *path = (struct snug_text){path->at + ret_name->n, path->n - ret_name->n};
    return ret_name->n > 0;
}

static bool same(struct snug_text a, struct snug_text b)
{
    bool ret = a.n == b.n;
    for (size_t i = 0; ret && i < a.n; i++)
        ret = a.at[i] == b.at[i];
    return ret;
}

enum snug_view snug_mounts_view(struct snug_text root, struct snug_text path,
                                struct snug_text *ret_below)
{
    struct snug_text above = root;
    struct snug_text below = without_trailing_slash(path);
    struct snug_text name;

    while (cut_name(&above, &name)) {
        struct snug_text rest = below;
        struct snug_text own_name;
        if (cut_name(&rest, &own_name) && same(name, own_name)) {
            below = rest;
            continue;
        }
        /* From here the two part. If nothing but `..` is left of the mount's root, it lies
         * further up, and what is further up than a shared part is an ancestor. */
        do {
            if (!snug_text_equals(name, ".."))
                return SNUG_VIEW_ELSEWHERE;
        } while (cut_name(&above, &name));
        return SNUG_VIEW_ABOVE;
    }

    struct snug_text rest = below;
    if (cut_name(&rest, &name) && snug_text_equals(name, ".."))
        return SNUG_VIEW_ELSEWHERE; /* The way leads up and out of what is mounted. */
    *ret_below = below;
    return SNUG_VIEW_OWN;
}

/* Whether a list such as `rw,cpu,cpuacct` has exactly that word. */
static bool has_option(struct snug_text options, const char *word)
{
    struct snug_text option;
    while (snug_text_cut(&options, ',', &option))
        if (snug_text_equals(option, word))
            return true;
    return false;
}

static bool is_of(const struct snug_mount_line *line, enum snug_hierarchy hierarchy)
{
    if (hierarchy == SNUG_HIERARCHY_UNIFIED)
        return snug_text_equals(line->type, "cgroup2");
    return snug_text_equals(line->type, "cgroup") &&
           has_option(line->options, hierarchy == SNUG_HIERARCHY_CPU ? "cpu" : "memory");
}

static unsigned count_names(struct snug_text path)
{
    unsigned n = 0;
    struct snug_text name;
    while (cut_name(&path, &name))
        n++;
    return n;
}

/* Takes the line as the mount of its hierarchy if it shows more than the best so far. */
static void consider(const struct snug_mount_line *line, struct snug_text path,
                     struct snug_mount *best)
{
    struct snug_mount mount = {.id = line->id, .view = SNUG_VIEW_TOO_LONG};
    struct snug_text below;
    if (snug_mounts_unescape(line->root, sizeof mount.root, mount.root) == 0 &&
        snug_mounts_unescape(without_trailing_slash(line->point), sizeof mount.point,
                             mount.point) == 0) {
        const struct snug_text root = snug_text_of(mount.root);
        mount.view = path.at ? snug_mounts_view(root, path, &below) : SNUG_VIEW_ELSEWHERE;
        mount.depth = count_names(root);
    }
    if (mount.view > best->view || (mount.view == best->view && mount.depth < best->depth))
        *best = mount;
}

/* Whether the line is a mount right over `mount`, which nobody can reach any more. */
static bool hides(const struct snug_mount_line *line, const struct snug_mount *mount)
{
    char point[SNUG_PATH_BYTES];
    return mount->view != SNUG_VIEW_NOT_MOUNTED && line->parent == mount->id &&
           snug_mounts_unescape(without_trailing_slash(line->point), sizeof point, point) ==
               0 &&
           snug_text_equals(snug_text_of(point), mount->point);
}

static void take_line(struct snug_text text,
                      const struct snug_text path[SNUG_N_HIERARCHIES],
                      struct snug_mount mount[SNUG_N_HIERARCHIES])
{
    struct snug_mount_line line;
    if (snug_mounts_parse(text, &line) < 0)
        return;
    for (enum snug_hierarchy i = 0; i < SNUG_N_HIERARCHIES; i++) {
        if (hides(&line, &mount[i]))
            mount[i].view = SNUG_VIEW_NOT_MOUNTED;
        if (is_of(&line, i))
            consider(&line, path[i], &mount[i]);
    }
}

int snug_mounts_read(const struct snug_root *root,
                     const struct snug_text path[SNUG_N_HIERARCHIES],
                     struct snug_mount ret[SNUG_N_HIERARCHIES])
{
    for (int i = 0; i < SNUG_N_HIERARCHIES; i++)
        ret[i] = (struct snug_mount){.view = SNUG_VIEW_NOT_MOUNTED};

    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/mountinfo");
    if (fd < 0)
        return fd;

    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text text;
    int r;
    while ((r = snug_file_next_line(&lines, &text)) > 0 || r == -EFBIG)
        if (r > 0)
            take_line(text, path, ret);
    return 0;
}
