/* SPDX-License-Identifier: LGPL-2.1-or-later
 * As Go's package time has it: TZ where it is set, and UTC where that is empty; else
 * /etc/localtime, and UTC without that. The file ends with the rule for the years to come,
 * on a line of its own: `CET-1CEST,M3.5.0,M10.5.0/3`.
 */
#include "snug/cli/doctor/zone.h"

#include <errno.h>

#include "snug/base/entries.h"

enum { FILE_BYTES = 16 * 1024 };

static const char *const utc_rules[] = {"UTC0", "GMT0", NULL};

static bool is_one_of(struct snug_text name, const char *const *names)
{
    for (; *names; names++)
        if (snug_text_equals(name, *names))
            return true;
    return false;
}

/* The rule at the end; absent if the file is none of a zone, or an old one. */
static struct snug_text find_rule(struct snug_text file)
{
    if (!snug_text_starts(file, "TZif") || file.at[file.n - 1] != '\n')
        return (struct snug_text){0};
    size_t n = 0;
    while (n + 1 < file.n && file.at[file.n - 2 - n] != '\n')
        n++;
    return (struct snug_text){file.at + file.n - 1 - n, n};
}

/* Where Go looks for a zone by its name. */
static void look_for_file(const struct snug_root *root, struct snug_zone *ret)
{
    static const char *const directories[] = {"/usr/share/zoneinfo/",
                                              "/usr/share/lib/zoneinfo/",
                                              "/usr/lib/locale/TZ/", "/etc/zoneinfo/"};
    char text[FILE_BYTES];
    size_t n;
    int r = -ENOENT;
    for (size_t i = 0; r == -ENOENT && i < sizeof directories / sizeof *directories; i++) {
        char path[128];
        struct snug_builder out = snug_text_build(path, sizeof path);
        snug_text_put(&out, directories[i]);
        snug_text_put(&out, ret->name);
        r = snug_file_read(root, path, sizeof text, text, &n);
    }
    ret->lacks_file = r == -ENOENT;
    ret->is_utc = r == 0 && is_one_of(find_rule((struct snug_text){text, n}), utc_rules);
}

static void take_name(const struct snug_root *root, struct snug_text name,
                      struct snug_zone *ret)
{
    static const char *const utc[] = {"",     "UTC",  "UTC0",      "UCT",       "GMT",
                                      "GMT0", "Zulu", "Universal", "Greenwich", NULL};
    ret->is_known = true;
    (void)snug_text_copy(name, sizeof ret->name, ret->name); /* Or it is "". */
    if (snug_text_starts(name, "Etc/"))
        name = (struct snug_text){name.at + 4, name.n - 4};
    ret->is_utc = is_one_of(name, utc);
    if (!ret->is_utc && ret->name[0])
        look_for_file(root, ret);
}

static void take_file(const struct snug_root *root, const char *path, struct snug_zone *ret)
{
    char text[FILE_BYTES];
    size_t n;
    const int r = snug_file_read(root, path, sizeof text, text, &n);
    ret->is_known = ret->is_utc = r == -ENOENT;
    if (r < 0)
        return;
    const struct snug_text rule = find_rule((struct snug_text){text, n});
    ret->is_known = rule.n;
    ret->is_utc = is_one_of(rule, utc_rules);
    (void)snug_text_copy(rule, sizeof ret->name, ret->name); /* Or it is "". */
}

void snug_zone_read(const struct snug_root *root, char *const *entries,
                    struct snug_zone *ret)
{
    struct snug_text value = snug_entries_value(entries, "TZ");
    *ret = (struct snug_zone){.is_of_variable = value.at};
    if (snug_text_starts(value, ":"))
        value = (struct snug_text){value.at + 1, value.n - 1};
    if (!value.at)
        take_file(root, "/etc/localtime", ret);
    else if (snug_text_starts(value, "/"))
        take_file(root, value.at, ret);
    else
        take_name(root, value, ret);
}
