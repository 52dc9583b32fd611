/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading files whole and line by line.
 */
#include <errno.h>

#include "rooted.h"

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

/* The rest is written after the first read, which must not see it. */
static void check_piece(const char *begin, size_t size, int expected)
{
    char buffer[16];
    make_file("in/more", begin);
    const int fd = snug_file_open(&root, "/in/more");
    struct snug_lines lines = snug_file_lines(fd, buffer, size);
    struct snug_text line;
    lines.is_in_one_piece = true;
    ck_assert_int_eq(snug_file_next_line(&lines, &line), 1);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    ck_assert_int_eq(snug_file_next_line(&lines, &line), expected);
    close(fd);
}

START_TEST(of_a_file_in_one_piece_no_end_is_read)
{
    check_piece("abc\n", 8, 0);
    check_piece("abc\n", 4, 1); /* It fills the buffer: there may be more. */
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

int main(void)
{
    Suite *suite = suite_create("reading");
    TCase *tcase = tcase_create("lines");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_loop_test(tcase, a_file_fits_or_is_refused, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(tcase, a_directory_cannot_be_read);
    tcase_add_loop_test(tcase, a_file_is_read_line_by_line, 0,
                        sizeof files / sizeof *files);
    tcase_add_test(tcase, the_end_stays_the_end);
    tcase_add_test(tcase, a_line_that_cannot_be_read_is_an_error);
    tcase_add_test(tcase, of_a_file_in_one_piece_no_end_is_read);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
