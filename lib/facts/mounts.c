/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mountinfo. A hierarchy can be mounted several times, in part and one over the other, so
 * the file is read to its end: a later line may hide an earlier one.
 */
#include <errno.h>

#include "snug/facts/mounts.h"

/* An overlay's line is often longer; it is skipped whole and is no cgroup. */
enum { LINE_BYTES = 2 * SNUG_PATH_BYTES, N_OCTAL_DIGITS = 3 };

static struct snug_text without_trailing_slash(struct snug_text path)
{
    while (path.n && path.at[path.n - 1] == '/')
        path.n--;
    return path;
}

/* As snug_text_cut, byte by byte: most fields are shorter than what that needs to begin,
 * and here a start spends most of its instructions. */
static bool cut_field(struct snug_text *rest, struct snug_text *ret_field)
{
    const char *at = rest->at;
    if (!at)
        return false;
    const char *const end = at + rest->n;
    while (at < end && *at != ' ')
        at++;
    *ret_field = (struct snug_text){rest->at, (size_t)(at - rest->at)};
    *rest = at < end ? (struct snug_text){at + 1, (size_t)(end - at) - 1}
                     : (struct snug_text){0};
    return true;
}

/* `36 35 0:30 /docker/5f0 /sys/fs/cgroup/cpu ro,nosuid master:9 - cgroup cgroup rw,cpu`:
 * between the mount's options and the dash are none to many optional fields. */
int snug_mounts_parse(struct snug_text line, struct snug_mount_line *ret)
{
    enum { ID, PARENT, DEVICE, ROOT, POINT, OPTIONS, N_FIELDS };
    struct snug_text field[N_FIELDS];
    struct snug_text rest = line;
    for (int i = 0; i < N_FIELDS; i++)
        if (!cut_field(&rest, &field[i]))
            return -EINVAL;

    struct snug_mount_line found = {.root = field[ROOT], .point = field[POINT]};
    if (snug_text_u64(field[ID], &found.id) < 0 ||
        snug_text_u64(field[PARENT], &found.parent) < 0 || !found.root.n || !found.point.n)
        return -EINVAL;

    struct snug_text optional;
    do {
        if (!cut_field(&rest, &optional))
            return -EINVAL;
    } while (!snug_text_equals(optional, "-"));

    struct snug_text source;
    if (!cut_field(&rest, &found.type) || !cut_field(&rest, &source))
        return -EINVAL;
    found.options = rest;
    *ret = found;
    return 0;
}

/* Cuts the next byte off a text that is not empty: itself, or what a backslash and three
 * octal digits stand for. */
static char cut_byte(struct snug_text *text)
{
    int byte = 0;
    size_t n = 1;
    if (text->at[0] == '\\' && text->n > N_OCTAL_DIGITS)
        for (; n <= N_OCTAL_DIGITS && text->at[n] >= '0' && text->at[n] <= '7'; n++)
            byte = byte * 8 + (text->at[n] - '0');
    if (n <= N_OCTAL_DIGITS) {
        byte = (unsigned char)text->at[0];
        n = 1;
    }
    *text = (struct snug_text){text->at + n, text->n - n};
    return (char)byte;
}

int snug_mounts_unescape(struct snug_text text, size_t size, char *ret)
{
    size_t n = 0;
    while (text.n && n < size)
        ret[n++] = cut_byte(&text);
    if (n == size)
        return -ENAMETOOLONG;
    ret[n] = 0;
    return 0;
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

static bool is_name(struct snug_text escaped, struct snug_text name)
{
    size_t n = 0;
    while (escaped.n && n < name.n && cut_byte(&escaped) == name.at[n])
        n++;
    return !escaped.n && n == name.n;
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
        if (cut_name(&rest, &own_name) && is_name(name, own_name)) {
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
                     bool is_tried, struct snug_mount *best)
{
    const struct snug_text point = without_trailing_slash(line->point);
    const unsigned depth = count_names(line->root);
    struct snug_text below = {0};
    enum snug_view view = SNUG_VIEW_TOO_LONG;
    if (point.n < sizeof best->point)
        view = path.at ? snug_mounts_view(line->root, path, &below) : SNUG_VIEW_ELSEWHERE;

    best->n_seen++;
    if (view == SNUG_VIEW_OWN && !best->first_id) {
        best->first_id = line->id;
        best->misleads_go = is_tried;
    }
    /* Right over the first, and of the same part: the same path leads on. */
    if (line->parent == best->first_id && below.n == best->below.n)
        best->misleads_go = false;
    if (is_tried || view < best->view || (view == best->view && depth >= best->depth))
        return;
    best->view = view;
    best->id = line->id;
    best->parent = line->parent;
    best->depth = depth;
    best->below = below;
    if (view > SNUG_VIEW_TOO_LONG)
        (void)snug_mounts_unescape(point, sizeof best->point, best->point); /* It fits. */
}

/* False if a path that mountinfo names cannot lead to `path`, told by the first letter that
 * differs. */
static bool may_lead_to(struct snug_text escaped, const char *path)
{
    escaped = without_trailing_slash(escaped);
    size_t n = 0;
    while (n < escaped.n && path[n] && escaped.at[n] == path[n])
        n++;
    return n == escaped.n || escaped.at[n] == '\\';
}

/* Whether the line is a mount that nobody gets past on the way to `mount`: right over it,
 * or in the same mount further up, where it must have come later. */
static bool hides(const struct snug_mount_line *line, const struct snug_mount *mount)
{
    struct snug_text below;
    if (mount->view == SNUG_VIEW_NOT_MOUNTED ||
        (line->parent != mount->id && line->parent != mount->parent) ||
        !may_lead_to(line->point, mount->point) ||
        snug_mounts_view(line->point, snug_text_of(mount->point), &below) != SNUG_VIEW_OWN)
        return false;
    return line->parent == mount->id ? !below.n : below.n > 0;
}

static bool is_tried(const struct snug_tried *tried, uint64_t id)
{
    for (unsigned i = 0; i < tried->n; i++)
        if (tried->id[i] == id)
            return true;
    return false;
}

bool snug_mounts_pass_over(struct snug_tried *tried, uint64_t id)
{
    if (tried->n == SNUG_TRIED_MAX)
        return false;
    tried->id[tried->n++] = id;
    return true;
}

bool snug_mounts_is_lxcfs(const struct snug_mount_line *line, const char *over)
{
    return snug_text_equals(line->type, "fuse.lxcfs") &&
           snug_text_starts(line->point, over);
}

/* True if a mount that was the best is hidden, and another was passed over for it. */
static bool take_line(struct snug_text text,
                      const struct snug_text path[SNUG_N_HIERARCHIES],
                      struct snug_tried *tried, struct snug_mount mount[SNUG_N_HIERARCHIES],
                      bool *is_stated)
{
    bool ret = false;
    struct snug_mount_line line;
    if (snug_mounts_parse(text, &line) < 0)
        return false;
    *is_stated |= snug_mounts_is_lxcfs(&line, "/proc/meminfo");
    for (enum snug_hierarchy i = 0; i < SNUG_N_HIERARCHIES; i++) {
        if (hides(&line, &mount[i])) {
            mount[i].view = SNUG_VIEW_NOT_MOUNTED;
            mount[i].misleads_go |= mount[i].id == mount[i].first_id;
            ret |= mount[i].n_seen > 1 && snug_mounts_pass_over(tried, mount[i].id);
        }
        if (is_of(&line, i))
            consider(&line, path[i], is_tried(tried, line.id), &mount[i]);
    }
    return ret;
}

static int read_once(const struct snug_root *root,
                     const struct snug_text path[SNUG_N_HIERARCHIES],
                     struct snug_tried *tried, struct snug_mount ret[SNUG_N_HIERARCHIES],
                     bool *ret_is_stated)
{
    *ret_is_stated = false;
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
    bool is_to_repeat = false;
    while ((r = snug_file_next_line(&lines, &text)) > 0 || r == -EFBIG)
        if (r > 0)
            is_to_repeat |= take_line(text, path, tried, ret, ret_is_stated);
    return is_to_repeat;
}

int snug_mounts_read(const struct snug_root *root,
                     const struct snug_text path[SNUG_N_HIERARCHIES],
                     struct snug_tried *tried, struct snug_mount ret[SNUG_N_HIERARCHIES],
                     bool *ret_is_stated)
{
    int r;
    do
        r = read_once(root, path, tried, ret, ret_is_stated);
    while (r > 0);
    return r;
}
