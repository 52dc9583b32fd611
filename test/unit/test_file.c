/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files below a root, small ones at once and long ones line by line.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rooted.h"
#include "suite.h"
#include "snug/base/regular.h"
#include "snug/base/root.h"
#include "snug/base/sys.h"

START_TEST(a_path_is_looked_up_below_the_root)
{
    char text[64];
    ck_assert_int_eq(read_text("/in/file", text), 0);
    ck_assert_str_eq(text, "inside\n");
    ck_assert_int_eq(read_text("//in/./file", text), 0);
    ck_assert_int_eq(read_text("/file", text), -ENOENT);
    ck_assert_int_eq(read_text("/in/file/x", text), -ENOTDIR);
}
END_TEST

/* Without openat2 nobody could tell where they lead. */
START_TEST(no_dots_and_no_links_are_followed)
{
    char text[64];
    ck_assert_int_eq(symlinkat("file", root.fd, "in/link"), 0);
    ck_assert_int_eq(read_text("/in/link", text), -ELOOP);
    ck_assert_int_eq(read_text("/in/../in/file", text), -EINVAL);
    ck_assert_int_eq(read_text("/../secret", text), -EINVAL);
}
END_TEST

static const char *const links[] = {"../../secret", "/../secret", "../../../../../secret"};

START_TEST(no_link_leads_out_of_the_root)
{
    char text[64];
    ck_assert_int_eq(symlinkat(links[_i], root.fd, "in/link"), 0);
    ck_assert_int_eq(read_text("/in/link", text), -ENOENT);
}
END_TEST

START_TEST(no_dots_lead_out_of_the_root)
{
    char text[64];
    ck_assert_int_eq(read_text("/in/../in/file", text), 0);
    ck_assert_int_eq(read_text("/../secret", text), -ENOENT);
    ck_assert_int_eq(read_text("/in/../../secret", text), -ENOENT);
}
END_TEST

START_TEST(an_absolute_link_starts_at_the_root)
{
    char text[64];
    ck_assert_int_eq(symlinkat("/in/file", root.fd, "in/link"), 0);
    ck_assert_int_eq(read_text("/in/link", text), 0);
    ck_assert_str_eq(text, "inside\n");
}
END_TEST

START_TEST(the_live_system_is_the_root_of_no_descriptor)
{
    char path[8192];
    (void)snprintf(path, sizeof path, "%s/root/in/file", folder_path);
    const struct snug_root live = {.fd = -1};
    char text[64];
    size_t n;
    ck_assert_int_eq(snug_file_read(&live, path, sizeof text, text, &n), 0);
    ck_assert_str_eq(text, "inside\n");
}
END_TEST

START_TEST(another_process_is_seen_by_its_number)
{
    const struct snug_root process = snug_root_of_process(getpid());
    char own[4096];
    char expected[64];
    size_t n;
    ck_assert_int_eq(snug_file_read(&process, "/proc/self/status", sizeof own, own, &n), 0);
    (void)snprintf(expected, sizeof expected, "\nPid:\t%d\n", (int)getpid());
    ck_assert_ptr_nonnull(strstr(own, expected));

    char path[8192];
    (void)snprintf(path, sizeof path, "%s/root/in/file", folder_path);
    ck_assert_int_eq(snug_file_read(&process, path, sizeof own, own, &n), 0);
    ck_assert_str_eq(own, "inside\n");
}
END_TEST

START_TEST(a_process_that_is_gone_has_no_files)
{
    const struct snug_root gone = snug_root_of_process(1 << 30);
    char text[64];
    size_t n;
    ck_assert_int_eq(snug_file_read(&gone, "/proc/self/status", sizeof text, text, &n),
                     -ENOENT);
}
END_TEST

START_TEST(a_descriptor_is_close_on_exec_and_none_of_the_first_three)
{
    const int kept = dup(0);
    close(0);
    const int fd = snug_file_open(&root, "/in/file");
    const int r = fcntl(fd, F_GETFD);
    const bool is_taken = fcntl(0, F_GETFD) >= 0;
    if (kept >= 0)
        dup2(kept, 0);
    close(kept);
    close(fd);
    ck_assert_int_ge(fd, 3);
    ck_assert_int_eq(r, FD_CLOEXEC);
    ck_assert(!is_taken);
}
END_TEST

/* It can be looked at, and no more. */
static void assert_not_opened(int fd, mode_t type)
{
    struct stat status;
    char byte;
    ck_assert_int_ge(fd, 3);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(status.st_mode & S_IFMT, type);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_PATH, 0);
    ck_assert_int_eq(read(fd, &byte, sizeof byte), -1);
    ck_assert_int_eq(errno, EBADF);
    close(fd);
}

START_TEST(a_device_in_a_tree_is_not_opened)
{
    if (mknodat(root.fd, "in/more", S_IFCHR | 0600, makedev(1, 3)) < 0)
        return; /* Only root may make one. */
    assert_not_opened(snug_file_open(&root, "/in/more"), S_IFCHR);
}
END_TEST

/* A device is put in the file's place as soon as it has been looked at. */
static long find_and_change(int top, const char *path, int flags)
{
    const long ret = snug_sys_openat(top, path, flags);
    ck_assert_int_eq(unlinkat(top, path, 0), 0);
    ck_assert_int_eq(mkfifoat(top, path, 0600), 0);
    return ret;
}

START_TEST(the_file_that_was_seen_is_the_one_that_is_opened)
{
    char text[64];
    size_t n;
    const int fd = (int)snug_regular_open(root.fd, "in/file", find_and_change);
    ck_assert_int_eq(snug_file_read_fd(fd, sizeof text, text, &n), 0);
    ck_assert_str_eq(text, "inside\n");
    close(fd);
    assert_not_opened((int)snug_regular_open(root.fd, "in/file", snug_sys_openat), S_IFIFO);
}
END_TEST

/* Whether a path that another process has named is read as root would read it. */
static const struct {
    const char *path;
    bool is_kernels;
} named[] = {
    {"/proc/self/status", true},
    {"/proc/self/cmdline", true},
    {"/sys/devices/system/node/node0/cpulist", true},
    {"/proc/self/net/tcp", true},
    {"/proc/self/net/tcp6", true},
    {"/proc/self/net/tcp/", false},
    {"/proc/self/net/../../1/status", false},
    {"/proc/self/fd/3", false},
    {"/proc/self/root/dev/null", false},
    {"/proc/self/cwd/file", false},
    {"/proc/self/../../dev/null", false},
    {"/proc/self/..", false},
    {"/proc/self/", false},
    {"/proc/self/smaps", false},
    {"/proc/self/auxv", false},
    {"/proc/self/stack", false},
    {"/proc/1/status", false},
    {"/sys/devices/system/../../../dev/null", false},
    {"/sys/devices/pci0000:00/config", false},
    {"/sys/devices/systems", false},
    {"/etc/snug.conf", false},
};

START_TEST(what_leads_away_from_the_kernels_files_is_none)
{
    ck_assert_int_eq(snug_root_is_kernels(named[_i].path), named[_i].is_kernels);
}
END_TEST

START_TEST(an_endless_file_ends)
{
    const int fd = openat(root.fd, "in/more", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)1 << 40), 0);
    close(fd);

    char buffer[4096];
    const int more = snug_file_open(&root, "/in/more");
    struct snug_lines lines = snug_file_lines(more, buffer, sizeof buffer);
    struct snug_text line;
    ck_assert_int_eq(snug_file_next_line(&lines, &line), -EFBIG);
    ck_assert_int_eq(snug_file_next_line(&lines, &line), 0);
    close(more);
}
END_TEST

START_TEST(a_fifo_is_not_opened)
{
    ck_assert_int_eq(mkfifoat(root.fd, "in/more", 0600), 0);
    const int fd = snug_file_open(&root, "/in/more");
    ck_assert_int_eq(openat(root.fd, "in/more", O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    ck_assert_int_eq(errno, ENXIO); /* Nobody reads. */
    assert_not_opened(fd, S_IFIFO);
}
END_TEST

START_TEST(a_negative_descriptor_is_not_closed)
{
    const int fd = -ENOENT;
    snug_file_close(&fd);
    const int real = dup(root.fd);
    snug_file_close(&real);
    ck_assert_int_eq(fcntl(real, F_GETFD), -1);
}
END_TEST

/* Before Linux 5.6, and under valgrind, there is none. */
static bool has_openat2(void)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC};
    const long fd = syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how);
    if (fd >= 0)
        close((int)fd);
    return fd >= 0 || errno != ENOSYS;
}

static Suite *file_suite(void)
{
    Suite *suite = suite_create("file");
    TCase *tcase = tcase_create("roots");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_test(tcase, a_path_is_looked_up_below_the_root);
    if (has_openat2()) {
        tcase_add_loop_test(tcase, no_link_leads_out_of_the_root, 0,
                            sizeof links / sizeof *links);
        tcase_add_test(tcase, no_dots_lead_out_of_the_root);
        tcase_add_test(tcase, an_absolute_link_starts_at_the_root);
    } else {
        tcase_add_test(tcase, no_dots_and_no_links_are_followed);
    }
    tcase_add_test(tcase, the_live_system_is_the_root_of_no_descriptor);
    tcase_add_test(tcase, another_process_is_seen_by_its_number);
    tcase_add_test(tcase, a_process_that_is_gone_has_no_files);
    tcase_add_loop_test(tcase, what_leads_away_from_the_kernels_files_is_none, 0,
                        sizeof named / sizeof *named);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("descriptors");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_test(tcase, a_descriptor_is_close_on_exec_and_none_of_the_first_three);
    tcase_add_test(tcase, a_fifo_is_not_opened);
    tcase_add_test(tcase, a_device_in_a_tree_is_not_opened);
    tcase_add_test(tcase, the_file_that_was_seen_is_the_one_that_is_opened);
    tcase_add_test(tcase, an_endless_file_ends);
    tcase_add_test(tcase, a_negative_descriptor_is_not_closed);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(file_suite());
}
