/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of mountinfo, and what a mount shows of a cgroup.
 */
#include <errno.h>

#include "suite.h"
#include "snug/facts/mounts.h"

static const struct {
    const char *label;
    const char *line;
} refused[] = {
    {"empty", ""},
    {"one field", "36"},
    {"no dash", "36 35 98:0 / /sys/fs/cgroup rw,noatime master:1"},
    {"ends at the dash", "36 35 98:0 / /sys/fs/cgroup rw -"},
    {"no source", "36 35 98:0 / /sys/fs/cgroup rw - cgroup2"},
    {"too few fields before the dash", "36 35 98:0 / - cgroup2 cgroup2 rw"},
    {"id is no number", "x 35 98:0 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"},
    {"parent is no number", "36 -1 98:0 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"},
    {"empty root", "36 35 98:0  /sys/fs/cgroup rw - cgroup2 cgroup2 rw"},
    {"empty mount point", "36 35 98:0 /  rw - cgroup2 cgroup2 rw"},
    {"a dash within another word", "36 35 98:0 / /a rw a-b -x x- cgroup2 cgroup2 rw"},
};

START_TEST(a_line_of_another_form_is_refused)
{
    struct snug_mount_line line;
    ck_assert_msg(snug_mounts_parse(snug_text_of(refused[_i].line), &line) == -EINVAL, "%s",
                  refused[_i].label);
}
END_TEST

static const struct {
    const char *label;
    const char *line;
    const char *root;
    const char *point;
    const char *type;
    const char *options;
} accepted[] = {
    {"no optional field", "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw", "/",
     "/sys/fs/cgroup", "cgroup2", "rw"},
    {"one optional field", "31 30 0:27 /a /c rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
     "/a", "/c", "cgroup", "rw,cpu,cpuacct"},
    {"many optional fields",
     "31 30 0:27 /a /c rw shared:9 master:1 propagate_from:2 unbindable - cgroup c rw,cpu",
     "/a", "/c", "cgroup", "rw,cpu"},
    {"empty source", "31 30 0:27 / /c rw - cgroup2  rw", "/", "/c", "cgroup2", "rw"},
    {"spaces in the options",
     "560 77 0:138 / /Docker/host rw - 9p drvfs rw,path=C:\\Program Files\\Docker;mmap",
     "/", "/Docker/host", "9p", "rw,path=C:\\Program Files\\Docker;mmap"},
    {"no options", "31 30 0:27 / /c rw - cgroup2 none", "/", "/c", "cgroup2", ""},
};

static void assert_text(struct snug_text text, const char *expected, const char *label)
{
    ck_assert_msg(snug_text_equals(text, expected), "%s: '%.*s' is not '%s'", label,
                  (int)text.n, text.at, expected);
}

START_TEST(a_line_gives_its_fields)
{
    struct snug_mount_line line;
    const char *label = accepted[_i].label;
    ck_assert_msg(snug_mounts_parse(snug_text_of(accepted[_i].line), &line) == 0, "%s",
                  label);
    assert_text(line.root, accepted[_i].root, label);
    assert_text(line.point, accepted[_i].point, label);
    assert_text(line.type, accepted[_i].type, label);
    assert_text(line.options, accepted[_i].options, label);
}
END_TEST

static const struct {
    const char *text;
    const char *expected;
} escaped[] = {
    {"", ""},
    {"/a", "/a"},
    {"/a\\040b", "/a b"},
    {"\\011\\012\\134", "\t\n\\"},
    {"\\134040", "\\040"},
    {"/a\\04", "/a\\04"},
    {"/a\\", "/a\\"},
    {"/a\\089", "/a\\089"},
};

START_TEST(escapes_are_undone)
{
    char text[16];
    ck_assert_int_eq(
        snug_mounts_unescape(snug_text_of(escaped[_i].text), sizeof text, text), 0);
    ck_assert_str_eq(text, escaped[_i].expected);
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_refused)
{
    char text[4];
    ck_assert_int_eq(snug_mounts_unescape(snug_text_of("/a\\040"), sizeof text, text), 0);
    ck_assert_int_eq(snug_mounts_unescape(snug_text_of("/abc"), sizeof text, text),
                     -ENAMETOOLONG);
}
END_TEST

static const struct {
    const char *label;
    const char *root;
    const char *path;
    enum snug_view view;
    const char *below;
} views[] = {
    {"other container", "/docker/a", "/docker/b", SNUG_VIEW_ELSEWHERE, ""},
    {"an escape in the root", "/a\\040b", "/a b/c", SNUG_VIEW_OWN, "/c"},
    {"a backslash in the root", "/a\\134x2d", "/a\\x2d/c", SNUG_VIEW_OWN, "/c"},
    {"what looks like an escape in the path", "/a b", "/a\\040b", SNUG_VIEW_ELSEWHERE, ""},
    {"prefix of a name only", "/docker/a", "/docker/ab", SNUG_VIEW_ELSEWHERE, ""},
    {"process above the mount", "/docker/a", "/docker", SNUG_VIEW_ELSEWHERE, ""},
    {"process in the root cgroup", "/docker/a", "/", SNUG_VIEW_ELSEWHERE, ""},
    {"above a namespace, mount at its top", "/", "/../a", SNUG_VIEW_ELSEWHERE, ""},
    {"two above, mount one above", "/..", "/../../a", SNUG_VIEW_ELSEWHERE, ""},
    {"sibling of the namespace", "/../x", "/", SNUG_VIEW_ELSEWHERE, ""},
    {"sibling further up", "/../../x", "/../a", SNUG_VIEW_ELSEWHERE, ""},
    {"mount above the namespace", "/..", "/", SNUG_VIEW_ABOVE, ""},
    {"mount two above the namespace", "/../..", "/a", SNUG_VIEW_ABOVE, ""},
    {"mount above both", "/../..", "/../a", SNUG_VIEW_ABOVE, ""},
    {"private namespace", "/", "/", SNUG_VIEW_OWN, ""},
    {"host view", "/", "/kubepods/pod1/c", SNUG_VIEW_OWN, "/kubepods/pod1/c"},
    {"docker on version 1", "/docker/a", "/docker/a", SNUG_VIEW_OWN, ""},
    {"cgroup made in a container", "/docker/a", "/docker/a/b", SNUG_VIEW_OWN, "/b"},
    {"moved out of the namespace", "/..", "/../b", SNUG_VIEW_OWN, "/b"},
    {"colons", "/system.slice", "/system.slice/a:b:c", SNUG_VIEW_OWN, "/a:b:c"},
    {"slash at the end", "/a/", "/a/b/", SNUG_VIEW_OWN, "/b"},
    {"a name of three dots", "/", "/...", SNUG_VIEW_OWN, "/..."},
};

START_TEST(a_mount_shows_what_lies_below_its_root)
{
    struct snug_text below = snug_text_of("");
    const enum snug_view view = snug_mounts_view(snug_text_of(views[_i].root),
                                                 snug_text_of(views[_i].path), &below);
    ck_assert_msg(view == views[_i].view, "%s: %d", views[_i].label, view);
    assert_text(below, views[_i].below, views[_i].label);
}
END_TEST

static Suite *mounts_suite(void)
{
    Suite *suite = suite_create("mounts");
    TCase *lines = tcase_create("lines");
    tcase_add_loop_test(lines, a_line_of_another_form_is_refused, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_loop_test(lines, a_line_gives_its_fields, 0,
                        sizeof accepted / sizeof *accepted);
    tcase_add_loop_test(lines, escapes_are_undone, 0, sizeof escaped / sizeof *escaped);
    tcase_add_test(lines, a_text_that_does_not_fit_is_refused);
    suite_add_tcase(suite, lines);

    TCase *view = tcase_create("view");
    tcase_add_loop_test(view, a_mount_shows_what_lies_below_its_root, 0,
                        sizeof views / sizeof *views);
    suite_add_tcase(suite, view);
    return suite;
}

int main(void)
{
    return suite_run(mounts_suite());
}
