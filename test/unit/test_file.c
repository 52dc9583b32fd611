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

#include "folder.h"
#include "suite.h"
#include "snug/base/root.h"
#include "snug/base/sys.h"

static struct snug_root root;

static void make_file(const char *path, const char *text)
{
    const int fd = openat(root.fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* A root with `in/file`, and beside the root a file that nobody below it may reach. */
static void make_root(void)
{
    folder_make();
    folder_put("secret", "secret\n");
    folder_put("root/in/file", "inside\n");
    root = folder;
    root.fd = openat(folder.fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(root.fd, 0);
}

static void remove_root(void)
{
    close(root.fd);
    folder_remove();
}

static int read_text(const char *path, char ret[64])
{
    size_t n = 0;
    const int r = snug_file_read(&root, path, 64, ret, &n);
    if (r == 0)
        ck_assert_uint_eq(n, strlen(ret));
    return r;
}

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

START_TEST(a_device_in_a_tree_is_not_read)
{
    if (mknodat(root.fd, "in/more", S_IFCHR | 0600, makedev(1, 5)) < 0)
        return; /* Only root may make one. */
    ck_assert_int_eq(snug_file_open(&root, "/in/more"), -EINVAL);
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

START_TEST(a_fifo_does_not_block)
{
    ck_assert_int_eq(mkfifoat(root.fd, "in/more", 0600), 0);
    const int fd = snug_file_open(&root, "/in/more");
    ck_assert_int_ge(fd, 3);
    close(fd);
}
END_TEST

static const struct {
    const char *text;
    size_t size;
    int error;
} sizes[] = {
    {"abc", 3, -EFBIG},      {"abc\n", 4, -EFBIG}, {"abcdef", 4, -EFBIG},
    {"abc\ndef", 5, -EFBIG}, {"", 1, 0},           {"abc", 4, 0},
    {"abc\n", 5, 0},         {"a\nbc", 6, 0},
};

START_TEST(a_file_fits_or_is_refused)
{
    char text[16] = "?";
    size_t n = 77;
    make_file("in/more", sizes[_i].text);
    ck_assert_int_eq(snug_file_read(&root, "/in/more", sizes[_i].size, text, &n),
                     sizes[_i].error);
    if (sizes[_i].error) {
        ck_assert_uint_eq(n, 77);
    } else {
        ck_assert_uint_eq(n, strlen(sizes[_i].text));
        ck_assert_str_eq(text, sizes[_i].text);
    }
}
END_TEST

START_TEST(a_directory_cannot_be_read)
{
    char text[64];
    ck_assert_int_eq(read_text("/in", text), -EISDIR);
}
END_TEST

/* Each line as `number:text|`, `!` before the bar for one without newline, `number:*|` for
 * one that is too long. */
static const struct {
    const char *text;
    size_t size;
    const char *lines;
} files[] = {
    {"", 8, ""},
    {"\n", 8, "1:|"},
    {"a\n", 8, "1:a|"},
    {"a", 8, "1:a!|"},
    {"\n\na\n", 8, "1:|2:|3:a|"},
    {"ab\ncd\nef", 8, "1:ab|2:cd|3:ef!|"},
    {"abc\n", 4, "1:abc|"},
    {"abcd\n", 4, "1:*|"},
    {"abcd", 4, "1:*|"},
    {"abc", 4, "1:abc!|"},
    {"abcd\nab\n", 4, "1:*|2:ab|"},
    {"ab\nabcdefghijkl\nab\n", 4, "1:ab|2:*|3:ab|"},
    {"abcdefghijklmnop\n\nab", 4, "1:*|2:|3:ab!|"},
    {"ab\nabcdefghijkl", 4, "1:ab|2:*|"},
    {"a\nb\nc\nd\ne\nf\n", 3, "1:a|2:b|3:c|4:d|5:e|6:f|"},
    {"\n\n\n", 1, "1:|2:|3:|"},
};

START_TEST(a_file_is_read_line_by_line)
{
    char buffer[8];
    char seen[128];
    struct snug_builder out = snug_text_build(seen, sizeof seen);
    make_file("in/more", files[_i].text);
    const int fd = snug_file_open(&root, "/in/more");
    struct snug_lines lines = snug_file_lines(fd, buffer, files[_i].size);

    int r;
    struct snug_text line;
    while ((r = snug_file_next_line(&lines, &line)) == 1 || r == -EFBIG) {
        snug_text_put_u64(&out, lines.number);
        snug_text_put(&out, ":");
        if (r == 1)
            snug_text_put_slice(&out, line);
        snug_text_put(&out, r != 1 ? "*" : lines.was_terminated ? "" : "!");
        snug_text_put(&out, "|");
    }
    close(fd);
    ck_assert_int_eq(r, 0);
    ck_assert_str_eq(seen, files[_i].lines);
}
END_TEST

START_TEST(the_end_stays_the_end)
{
    char buffer[8];
    const int fd = snug_file_open(&root, "/in/file");
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    ck_assert_int_eq(snug_file_next_line(&lines, &line), 1);
    ck_assert_int_eq(snug_file_next_line(&lines, &line), 0);
    ck_assert_int_eq(snug_file_next_line(&lines, &line), 0);
    close(fd);
}
END_TEST

START_TEST(a_line_that_cannot_be_read_is_an_error)
{
    char buffer[8];
    const int fd = snug_file_open(&root, "/in");
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    ck_assert_int_eq(snug_file_next_line(&lines, &line), -EISDIR);
    close(fd);
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
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("descriptors");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_test(tcase, a_descriptor_is_close_on_exec_and_none_of_the_first_three);
    tcase_add_test(tcase, a_fifo_does_not_block);
    tcase_add_test(tcase, a_device_in_a_tree_is_not_read);
    tcase_add_test(tcase, an_endless_file_ends);
    tcase_add_test(tcase, a_negative_descriptor_is_not_closed);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("reading");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_loop_test(tcase, a_file_fits_or_is_refused, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(tcase, a_directory_cannot_be_read);
    tcase_add_loop_test(tcase, a_file_is_read_line_by_line, 0,
                        sizeof files / sizeof *files);
    tcase_add_test(tcase, the_end_stays_the_end);
    tcase_add_test(tcase, a_line_that_cannot_be_read_is_an_error);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(file_suite());
}
