/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of /proc/self/cgroup, which hierarchy counts for a controller, and the way up.
 */
#include <errno.h>

#include "suite.h"
#include "folder.h"
#include "snug/facts/cgroup.h"

static const struct {
    const char *label;
    const char *line;
} refused[] = {
    {"empty", ""},
    {"one field", "0"},
    {"two fields", "0:cpu"},
    {"no number", ":cpu:/a"},
    {"a name as number", "cpu:cpu:/a"},
    {"empty path", "4:cpu:"},
    {"relative path", "4:cpu:a"},
};

START_TEST(a_line_of_another_form_is_refused)
{
    struct snug_cgroup_line line;
    ck_assert_msg(snug_cgroup_parse(snug_text_of(refused[_i].line), &line) == -EINVAL, "%s",
                  refused[_i].label);
}
END_TEST

static const struct {
    const char *line;
    const char *controllers;
    const char *path;
    bool is_unified;
} accepted[] = {
    {"0::/", "", "/", true},
    {"0::/../a", "", "/../a", true},
    {"4:memory:/a", "memory", "/a", false},
    {"5:cpu,cpuacct:/a", "cpu,cpuacct", "/a", false},
    {"1:name=systemd:/a", "name=systemd", "/a", false},
    {"7::/a", "", "/a", false},
    {"0:cpu:/a", "cpu", "/a", false},
    {"0::/system.slice/containerd.service/kubepods:cri-containerd:0d7a", "",
     "/system.slice/containerd.service/kubepods:cri-containerd:0d7a", true},
};

START_TEST(only_the_first_two_colons_separate)
{
    struct snug_cgroup_line line;
    ck_assert_int_eq(snug_cgroup_parse(snug_text_of(accepted[_i].line), &line), 0);
    ck_assert(snug_text_equals(line.controllers, accepted[_i].controllers));
    ck_assert(snug_text_equals(line.path, accepted[_i].path));
    ck_assert_int_eq(line.is_unified, accepted[_i].is_unified);
}
END_TEST

#define UNIFIED "30 23 0:26 / /u rw - cgroup2 cgroup2 rw\n"
#define V1_CPU  "31 23 0:27 / /c rw - cgroup cgroup rw,cpu,cpuacct\n"

static const struct {
    const char *label;
    const char *cgroup;
    const char *mountinfo;
    enum snug_why why;
    const char *directory;
    bool is_v2;
    enum snug_why if_no_file;
} found[] = {
    {"no cgroup file", NULL, UNIFIED, SNUG_WHY_NO_PROC, "", false, 0},
    {"no mountinfo", "0::/a\n", NULL, SNUG_WHY_NO_PROC, "", false, 0},
    {"no line", "4:memory:/a\n", UNIFIED V1_CPU, SNUG_WHY_NO_CONTROLLER, "", true, 0},
    {"noise", "0\n::\ncpu\n", UNIFIED V1_CPU, SNUG_WHY_NO_CONTROLLER, "", true, 0},
    {"unified not mounted", "0::/a\n", V1_CPU, SNUG_WHY_NOT_MOUNTED, "", true, 0},
    {"version 1 not mounted", "4:cpu:/a\n", "", SNUG_WHY_NOT_MOUNTED, "", true,
     SNUG_WHY_NOT_MOUNTED},
    {"version 1 not mounted, no unified line", "4:cpu:/a\n", UNIFIED, SNUG_WHY_NOT_MOUNTED,
     "", true, SNUG_WHY_NOT_MOUNTED},
    {"elsewhere", "0::/a\n", "30 23 0:26 /b /u rw - cgroup2 cgroup2 rw\n",
     SNUG_WHY_NOT_VISIBLE, "", true, 0},
    {"ancestor only", "0::/a\n", "30 23 0:26 /.. /u rw - cgroup2 cgroup2 rw\n",
     SNUG_WHY_NOT_VISIBLE, "/u", true, 0},
    {"version 1 elsewhere does not fall back", "4:cpu:/a\n0::/a\n",
     UNIFIED "31 23 0:27 /b /c rw - cgroup cgroup rw,cpu\n", SNUG_WHY_NOT_VISIBLE, "",
     false, 0},
    {"version 1 not mounted, unified may have it", "4:cpu:/a\n0::/b\n", UNIFIED,
     SNUG_WHY_NOTHING, "/u/b", true, SNUG_WHY_NOT_MOUNTED},
    {"unified", "0::/a\n", UNIFIED, SNUG_WHY_NOTHING, "/u/a", true, 0},
    {"version 1 wins", "4:cpu,cpuacct:/a\n0::/b\n", UNIFIED V1_CPU, SNUG_WHY_NOTHING,
     "/c/a", false, 0},
    {"version 1 of others", "4:cpuset:/a\n3:cpuacct:/a\n0::/b\n", UNIFIED V1_CPU,
     SNUG_WHY_NOTHING, "/u/b", true, 0},
    {"no newline at the end", "0::/a", UNIFIED, SNUG_WHY_NOTHING, "/u/a", true, 0},
    {"the first of two lines", "0::/a\n0::/b\n", UNIFIED, SNUG_WHY_NOTHING, "/u/a", true,
     0},
};

START_TEST(the_hierarchy_is_decided_for_the_controller)
{
    if (found[_i].cgroup)
        folder_put("proc/self/cgroup", found[_i].cgroup);
    if (found[_i].mountinfo)
        folder_put("proc/self/mountinfo", found[_i].mountinfo);
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(&folder, &cpu, &memory);

    const char *label = found[_i].label;
    ck_assert_msg(cpu.why == found[_i].why, "%s: %d", label, cpu.why);
    ck_assert_msg(strcmp(cpu.directory, found[_i].directory) == 0, "%s: '%s'", label,
                  cpu.directory);
    ck_assert_msg(cpu.has_directory == (found[_i].directory[0] != 0), "%s", label);
    ck_assert_msg(cpu.is_v2 == found[_i].is_v2, "%s", label);
    ck_assert_msg(cpu.if_no_file == found[_i].if_no_file, "%s: %d", label, cpu.if_no_file);
}
END_TEST

/* A path of `n` bytes: "/xxx/xxx/…". */
static char *long_path(char *buffer, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buffer[i] = i % 4 ? 'x' : '/';
    buffer[n] = 0;
    return buffer;
}

START_TEST(a_path_too_long_for_the_buffers_is_told)
{
    char path[8000];
    char text[8100];
    static const size_t n_bytes[] = {SNUG_PATH_BYTES, SNUG_PATH_BYTES + 255, 7000};
    snprintf(text, sizeof text, "0::%s\n", long_path(path, n_bytes[_i]));
    folder_put("proc/self/cgroup", text);
    folder_put("proc/self/mountinfo", UNIFIED);
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(&folder, &cpu, &memory);
    ck_assert_int_eq(cpu.why, SNUG_WHY_TOO_LONG);
    ck_assert(!cpu.has_directory);
}
END_TEST

/* As long as the kernel writes any, for both controllers of version 1. */
START_TEST(paths_of_four_kilobytes_are_taken)
{
    char path[SNUG_PATH_BYTES];
    char text[3 * SNUG_PATH_BYTES];
    long_path(path, sizeof path - 1);
    snprintf(text, sizeof text, "2:memory:%s\n1:cpu,cpuacct:%s\n0::/\n", path, path);
    folder_put("proc/self/cgroup", text);
    folder_put("proc/self/mountinfo",
               UNIFIED V1_CPU "32 23 0:28 / /m rw - cgroup cgroup rw,memory\n");
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(&folder, &cpu, &memory);
    ck_assert_int_eq(cpu.why, SNUG_WHY_NOTHING);
    ck_assert_uint_eq(cpu.n, strlen("/c") + sizeof path - 1);
    ck_assert_int_eq(memory.why, SNUG_WHY_NOTHING);
    ck_assert_uint_eq(memory.n, strlen("/m") + sizeof path - 1);
    ck_assert(snug_text_starts(snug_text_of(memory.directory + strlen("/m")), path));
}
END_TEST

/* Each shows the own cgroup by its line; what hides the first is mounted further up. */
static const struct {
    const char *label;
    const char *mountinfo;
    const char *directory; /* The one that is there … */
    const char *found;     /* … and the one that is taken. */
    bool misleads_go;
} several[] = {
    {"the first is readable", UNIFIED "40 23 0:26 / /w rw - cgroup2 cgroup2 rw\n", "u/a",
     "/u/a", false},
    {"the second is readable", UNIFIED "40 23 0:26 / /w rw - cgroup2 cgroup2 rw\n", "w/a",
     "/w/a", true},
    {"the second shows it at its top", UNIFIED "40 23 0:26 /a /w rw - cgroup2 cgroup2 rw\n",
     "w", "/w", true},
    {"the third is readable",
     UNIFIED "40 23 0:26 / /v rw - cgroup2 c rw\n41 23 0:26 / /w rw - cgroup2 c rw\n",
     "w/a", "/w/a", true},
    {"none is readable", UNIFIED "40 23 0:26 / /w rw - cgroup2 cgroup2 rw\n", "x", "/u/a",
     false},
    {"the second shows another", UNIFIED "40 23 0:26 /b /w rw - cgroup2 cgroup2 rw\n", "w",
     "/u/a", false},
};

START_TEST(of_several_mounts_one_that_can_be_read_is_taken)
{
    char file[32];
    folder_put("proc/self/cgroup", "0::/a\n");
    folder_put("proc/self/mountinfo", several[_i].mountinfo);
    snprintf(file, sizeof file, "%s/cgroup.procs", several[_i].directory);
    folder_put(file, "");
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(&folder, &cpu, &memory);
    ck_assert_msg(strcmp(cpu.directory, several[_i].found) == 0, "%s: '%s'",
                  several[_i].label, cpu.directory);
    ck_assert_str_eq(memory.directory, cpu.directory);
    ck_assert(cpu.misleads_go == several[_i].misleads_go);
}
END_TEST

START_TEST(the_way_up_ends_at_the_mount_point)
{
    struct snug_cgroup cgroup = {.has_directory = true,
                                 .n_top = strlen("/u"),
                                 .n = strlen("/u/a/b"),
                                 .directory = "/u/a/b"};
    ck_assert_str_eq(snug_cgroup_file(&cgroup, "cpu.max"), "/u/a/b/cpu.max");
    ck_assert(snug_cgroup_go_up(&cgroup));
    ck_assert_str_eq(snug_cgroup_file(&cgroup, "cpu.max"), "/u/a/cpu.max");
    ck_assert(snug_cgroup_go_up(&cgroup));
    ck_assert_str_eq(snug_cgroup_file(&cgroup, "cpu.max"), "/u/cpu.max");
    ck_assert(!snug_cgroup_go_up(&cgroup));
    ck_assert_str_eq(snug_cgroup_file(&cgroup, "cpu.max"), "/u/cpu.max");
}
END_TEST

START_TEST(a_mount_at_the_root_directory_has_files_there)
{
    struct snug_cgroup cgroup = {.has_directory = true, .n = 2, .directory = "/a"};
    ck_assert(snug_cgroup_go_up(&cgroup));
    ck_assert(!snug_cgroup_go_up(&cgroup));
    ck_assert_str_eq(snug_cgroup_file(&cgroup, "cpu.max"), "/cpu.max");
    ck_assert(snug_cgroup_exists(&folder, &cgroup));
}
END_TEST

static Suite *cgroup_suite(void)
{
    Suite *suite = suite_create("cgroup");
    TCase *lines = tcase_create("lines");
    tcase_add_loop_test(lines, a_line_of_another_form_is_refused, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_loop_test(lines, only_the_first_two_colons_separate, 0,
                        sizeof accepted / sizeof *accepted);
    suite_add_tcase(suite, lines);

    TCase *place = tcase_create("place");
    tcase_add_checked_fixture(place, folder_make, folder_remove);
    tcase_add_loop_test(place, the_hierarchy_is_decided_for_the_controller, 0,
                        sizeof found / sizeof *found);
    tcase_add_loop_test(place, a_path_too_long_for_the_buffers_is_told, 0, 3);
    tcase_add_test(place, paths_of_four_kilobytes_are_taken);
    tcase_add_loop_test(place, of_several_mounts_one_that_can_be_read_is_taken, 0,
                        sizeof several / sizeof *several);
    tcase_add_test(place, the_way_up_ends_at_the_mount_point);
    tcase_add_test(place, a_mount_at_the_root_directory_has_files_there);
    suite_add_tcase(suite, place);
    return suite;
}

int main(void)
{
    return suite_run(cgroup_suite());
}
