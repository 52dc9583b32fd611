/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which of several mounts is taken, and which Go takes.
 */
#include <errno.h>

#include "suite.h"
#include "folder.h"
#include "snug/facts/mounts.h"

#define UNIFIED " - cgroup2 cgroup2 rw\n"
#define V1_CPU  " - cgroup cgroup rw,cpu,cpuacct\n"

/* The own cgroup is /a/b in every hierarchy. */
static const struct {
    const char *label;
    const char *mountinfo;
    enum snug_hierarchy hierarchy;
    enum snug_view view;
    const char *point;
} chosen[] = {
    {"nothing mounted", "", SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_NOT_MOUNTED, ""},
    {"only another controller", "1 0 0:1 / /c rw - cgroup cgroup rw,cpuset,cpuacct\n",
     SNUG_HIERARCHY_CPU, SNUG_VIEW_NOT_MOUNTED, ""},
    {"a name that looks like it", "1 0 0:1 / /c rw - cgroup cgroup rw,name=cpu\n",
     SNUG_HIERARCHY_CPU, SNUG_VIEW_NOT_MOUNTED, ""},
    {"another file system", "1 0 0:1 / /c rw - tmpfs cgroup2 rw,cpu\n", SNUG_HIERARCHY_CPU,
     SNUG_VIEW_NOT_MOUNTED, ""},
    {"elsewhere", "1 0 0:1 /x /c rw" UNIFIED, SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_ELSEWHERE,
     "/c"},
    {"one", "1 0 0:1 /a /c rw" UNIFIED, SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"version 1", "1 0 0:1 /a /c rw" V1_CPU, SNUG_HIERARCHY_CPU, SNUG_VIEW_OWN, "/c"},
    {"the whole after a part", "1 0 0:1 /a /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED,
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/d"},
    {"a part after the whole", "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 /a /d rw" UNIFIED,
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"the first of equals", "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED,
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"the own one, not the whole", "1 0 0:1 /.. /c rw" UNIFIED "2 0 0:1 /a /d rw" UNIFIED,
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/d"},
    {"a mount over it", "1 0 0:1 / /c rw" UNIFIED "2 1 0:2 / /c rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_NOT_MOUNTED, "/c"},
    {"a better one below a worse",
     "1 0 0:1 / /c rw" UNIFIED "2 1 0:1 /a /c rw" UNIFIED "3 0 0:1 /a /d rw" UNIFIED,
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"a mount under it, listed later",
     "2 1 0:1 / /c rw" UNIFIED "1 0 0:2 / /c rw - tmpfs tmpfs rw\n", SNUG_HIERARCHY_UNIFIED,
     SNUG_VIEW_OWN, "/c"},
    {"another after the one that is hidden",
     "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED
     "3 1 0:2 / /c rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/d"},
    {"another before the one that is hidden",
     "1 0 0:1 /a /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED
     "3 2 0:2 / /d rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"two that are hidden",
     "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED "3 0 0:1 / /e rw" UNIFIED
     "4 1 0:2 / /c rw - tmpfs tmpfs rw\n5 2 0:2 / /d rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/e"},
    {"all are hidden",
     "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED
     "3 1 0:2 / /c rw - tmpfs tmpfs rw\n4 2 0:2 / /d rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_NOT_MOUNTED, ""},
    {"a mount over what it is mounted in",
     "9 0 0:3 / /s rw - sysfs sysfs rw\n1 9 0:1 / /s/c rw" UNIFIED
     "2 0 0:1 /a /d rw" UNIFIED "3 9 0:2 / /s rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/d"},
    {"a mount over a directory above it",
     "1 0 0:1 / /s/f/c rw" UNIFIED "2 0 0:1 /a /d rw" UNIFIED
     "3 0 0:2 / /s/f rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/d"},
    {"a mount beside it", "1 0 0:1 / /s/fs rw" UNIFIED "2 0 0:2 / /s/f rw - tmpfs t rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/s/fs"},
    {"what it is mounted in, listed later",
     "1 9 0:1 / /s/c rw" UNIFIED "9 0 0:3 / /s rw - sysfs sysfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/s/c"},
    {"a mount over it, with an escape",
     "1 0 0:1 / /c\\040d rw" UNIFIED "2 1 0:2 / /c\\040d rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_NOT_MOUNTED, "/c d"},
    {"a mount within it", "1 0 0:1 / /c rw" UNIFIED "2 1 0:2 / /c/x rw - tmpfs tmpfs rw\n",
     SNUG_HIERARCHY_UNIFIED, SNUG_VIEW_OWN, "/c"},
    {"escaped mount point", "1 0 0:1 / /c\\040d rw" UNIFIED, SNUG_HIERARCHY_UNIFIED,
     SNUG_VIEW_OWN, "/c d"},
    {"at the root directory", "1 0 0:1 / / rw" UNIFIED, SNUG_HIERARCHY_UNIFIED,
     SNUG_VIEW_OWN, ""},
};

START_TEST(the_mount_that_shows_most_is_taken)
{
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {
        snug_text_of("/a/b"), snug_text_of("/a/b"), snug_text_of("/a/b")};
    folder_put("proc/self/mountinfo", chosen[_i].mountinfo);
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);

    const struct snug_mount *found = &mount[chosen[_i].hierarchy];
    ck_assert_msg(found->view == chosen[_i].view, "%s: %d", chosen[_i].label, found->view);
    ck_assert_str_eq(found->point, chosen[_i].point);
}
END_TEST

/* From 1.26 on Go takes the first that has the own cgroup, /a/b, below its root. */
static const struct {
    const char *label;
    const char *mountinfo;
    bool misleads_go;
} misleading[] = {
    {"one", "1 0 0:1 / /c rw" UNIFIED, false},
    {"one that is hidden", "1 0 0:1 / /c rw" UNIFIED "2 1 0:2 / /c rw - tmpfs t rw\n",
     true},
    {"another after the one that is hidden",
     "1 0 0:1 / /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED "3 1 0:2 / /c rw - tmpfs t rw\n",
     true},
    {"the second is hidden",
     "1 0 0:1 /a /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED "3 2 0:2 / /d rw - tmpfs t rw\n",
     false},
    {"the first shows another",
     "1 0 0:1 /x /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED "3 1 0:2 / /c rw - tmpfs t rw\n",
     false},
    {"two, and neither is hidden", "1 0 0:1 /a /c rw" UNIFIED "2 0 0:1 / /d rw" UNIFIED,
     false},
    {"a part over the whole", "1 0 0:1 / /c rw" UNIFIED "2 1 0:1 /a /c rw" UNIFIED, true},
    {"the whole over itself", "1 0 0:1 / /c rw" UNIFIED "2 1 0:1 / /c rw" UNIFIED, false},
};

START_TEST(it_is_told_whether_go_takes_a_hidden_one)
{
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {[SNUG_HIERARCHY_UNIFIED] =
                                                           snug_text_of("/a/b")};
    folder_put("proc/self/mountinfo", misleading[_i].mountinfo);
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);
    ck_assert_msg(mount[SNUG_HIERARCHY_UNIFIED].misleads_go == misleading[_i].misleads_go,
                  "%s", misleading[_i].label);
}
END_TEST

START_TEST(a_mount_point_too_long_for_the_buffers_is_told)
{
    char text[2 * SNUG_POINT_BYTES];
    char name[SNUG_POINT_BYTES + 1];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    snprintf(text, sizeof text, "1 0 0:1 / /%s rw" UNIFIED, name);
    folder_put("proc/self/mountinfo", text);

    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {[SNUG_HIERARCHY_UNIFIED] =
                                                           snug_text_of("/")};
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);
    ck_assert_int_eq(mount[SNUG_HIERARCHY_UNIFIED].view, SNUG_VIEW_TOO_LONG);
}
END_TEST

/* A cgroup that is bound into a container has its whole path there. */
START_TEST(a_root_of_four_kilobytes_is_read)
{
    char root[SNUG_PATH_BYTES];
    for (size_t i = 0; i < sizeof root; i++)
        root[i] = i % 4 ? 'x' : '/';
    root[sizeof root - 1] = 0;
    char text[2 * SNUG_PATH_BYTES];
    snprintf(text, sizeof text, "1 0 0:1 %s /c rw" UNIFIED, root);
    folder_put("proc/self/mountinfo", text);

    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {[SNUG_HIERARCHY_UNIFIED] =
                                                           snug_text_of(root)};
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);
    ck_assert_int_eq(mount[SNUG_HIERARCHY_UNIFIED].view, SNUG_VIEW_OWN);
    ck_assert_uint_eq(mount[SNUG_HIERARCHY_UNIFIED].below.n, 0);
}
END_TEST

START_TEST(a_line_longer_than_the_buffer_hides_no_other)
{
    static char text[20000];
    const size_t n = (size_t)snprintf(text, sizeof text,
                                      "1 0 0:1 / / rw - overlay overlay rw,lowerdir=");
    memset(text + n, 'x', 10000);
    strcpy(text + n + 10000, "\n2 1 0:2 / /c rw" UNIFIED);
    folder_put("proc/self/mountinfo", text);

    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {[SNUG_HIERARCHY_UNIFIED] =
                                                           snug_text_of("/")};
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);
    ck_assert_str_eq(mount[SNUG_HIERARCHY_UNIFIED].point, "/c");
}
END_TEST

static const struct {
    const char *label;
    const char *mountinfo;
    bool is_stated;
} lxcfs[] = {
    {"of meminfo", "51 44 0:25 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n",
     true},
    {"of another file", "51 44 0:25 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n",
     false},
    {"where it is mounted itself", "49 43 0:25 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n",
     false},
    {"another file system", "51 44 0:25 /m /proc/meminfo rw - tmpfs fuse.lxcfs rw\n",
     false},
    {"before others",
     "51 44 0:25 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n"
     "52 44 0:25 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n",
     true},
};

START_TEST(lxcfs_is_told)
{
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {0};
    folder_put("proc/self/mountinfo", lxcfs[_i].mountinfo);
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), 0);
    ck_assert_msg(is_stated == lxcfs[_i].is_stated, "%s", lxcfs[_i].label);
}
END_TEST

START_TEST(no_mountinfo_is_an_error)
{
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    const struct snug_text path[SNUG_N_HIERARCHIES] = {0};
    ck_assert_int_eq(snug_mounts_read(&folder, path, &tried, mount, &is_stated), -ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hidden");
    TCase *choice = tcase_create("choice");
    tcase_add_checked_fixture(choice, folder_make, folder_remove);
    tcase_add_loop_test(choice, the_mount_that_shows_most_is_taken, 0,
                        sizeof chosen / sizeof *chosen);
    tcase_add_loop_test(choice, it_is_told_whether_go_takes_a_hidden_one, 0,
                        sizeof misleading / sizeof *misleading);
    tcase_add_test(choice, a_mount_point_too_long_for_the_buffers_is_told);
    tcase_add_test(choice, a_root_of_four_kilobytes_is_read);
    tcase_add_test(choice, a_line_longer_than_the_buffer_hides_no_other);
    tcase_add_loop_test(choice, lxcfs_is_told, 0, sizeof lxcfs / sizeof *lxcfs);
    tcase_add_test(choice, no_mountinfo_is_an_error);
    suite_add_tcase(suite, choice);
    return suite_run(suite);
}
