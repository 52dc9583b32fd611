/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the lines of a policy file do: good ones count, whatever stands around them.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"
#include "snug/policy/conf.h"
#include "snug/policy/values.h"

static const char *const kinds[] = {
    [SNUG_PROBLEM_OPEN] = "open",
    [SNUG_PROBLEM_NOT_A_FILE] = "not-a-file",
    [SNUG_PROBLEM_READ] = "read",
    [SNUG_PROBLEM_WRITABLE] = "writable",
    [SNUG_PROBLEM_OWNER] = "owner",
    [SNUG_PROBLEM_TOO_BIG] = "too-big",
    [SNUG_PROBLEM_LINE_TOO_LONG] = "too-long",
    [SNUG_PROBLEM_NOISE] = "noise",
    [SNUG_PROBLEM_UNTERMINATED] = "unterminated",
    [SNUG_PROBLEM_UNKNOWN_KEY] = "unknown",
    [SNUG_PROBLEM_BAD_VALUE] = "bad-value",
    [SNUG_PROBLEM_BAD_SECTION] = "bad-section",
    [SNUG_PROBLEM_LOCKED] = "locked",
    [SNUG_PROBLEM_BAD_LOCK] = "bad-lock",
    [SNUG_PROBLEM_LOCK_IN_SECTION] = "lock-in-section",
};

static struct snug_policy policy;
static int fd = -1;

static void set_up(void)
{
    fd = memfd_create("conf", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    snug_policy_default(&policy);
}

static void tear_down(void)
{
    close(fd);
}

static void put_in(const void *bytes, size_t n)
{
    ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
}

static void read_for(const char *program)
{
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    snug_conf_read(&policy, fd, snug_text_of(program));
}

/* What the file set, as `key=value:line ` and so on in the order of the keys. */
static const char *what_was_set(void)
{
    static char text[2048];
    struct snug_builder out = snug_text_build(text, sizeof text);
    for (int key = 0; key < SNUG_N_KEYS; key++) {
        if (policy.setting[key].source != SNUG_FROM_FILE)
            continue;
        snug_text_put(&out, snug_options[key].name);
        snug_text_put(&out, "=");
        snug_values_put(&out, (enum snug_key)key, &policy.setting[key]);
        snug_text_put(&out, ":");
        snug_text_put_u64(&out, policy.setting[key].line);
        snug_text_put(&out, " ");
    }
    ck_assert(!out.is_full);
    return text;
}

/* The complaints, as `kind:line ` or, if several are counted in one, `kind:line*n `. */
static const char *what_was_wrong(void)
{
    static char text[2048];
    struct snug_builder out = snug_text_build(text, sizeof text);
    for (unsigned i = 0; i < policy.n_problems; i++) {
        const struct snug_problem *problem = &policy.problem[i];
        snug_text_put(&out, kinds[problem->kind]);
        snug_text_put(&out, ":");
        snug_text_put_u64(&out, problem->line);
        if (problem->n != 1) {
            snug_text_put(&out, "*");
            snug_text_put_u64(&out, problem->n);
        }
        snug_text_put(&out, " ");
    }
    ck_assert(!out.is_full);
    return text;
}

struct row {
    const char *label;
    const char *text;
    const char *set;
    const char *wrong;
};

static void check_row(const struct row *row, const char *program)
{
    put_in(row->text, strlen(row->text));
    read_for(program);
    ck_assert_msg(!strcmp(what_was_set(), row->set), "%s: set %s", row->label,
                  what_was_set());
    ck_assert_msg(!strcmp(what_was_wrong(), row->wrong), "%s: wrong %s", row->label,
                  what_was_wrong());
}

static const struct row lines[] = {
    {"no-equals-sign", "cpu.round up\n", "", "noise:1 "},
    {"no-key", "= up\n", "", "noise:1 "},
    {"only-equals-sign", "=\n", "", "noise:1 "},
    {"variable-instead-of-key", "SNUG_CPU_ROUND = down\n", "", "noise:1 "},
    {"key-with-space", "cpu round = down\n", "", "noise:1 "},
    {"key-with-dash", "cpu-round = down\n", "", "noise:1 "},
    {"key-that-begins-with-a-digit", "1cpu = down\n", "", "noise:1 "},
    {"control-byte-in-value", "cpu.round = down\x01\n", "", "noise:1 "},
    {"key-that-is-too-short", "x = down\n", "", "noise:1 "},
    {"broken-utf-8", "log.file = /\xc3\n", "", "noise:1 "},
    {"stray-continuation", "log.file = /\xa9\n", "", "noise:1 "},
    {"not-utf-8", "log.file = /\xff\n", "", "noise:1 "},
    {"utf-8", "log.file = /\xc3\xa9\xf0\x9f\x98\x80\n",
     "log.file=/\xc3\xa9\xf0\x9f\x98\x80:1 ", ""},
    {"latin-comment", "cpu.min = 3 # \xe9\n", "cpu.min=3:1 ", ""},
    {"escape-in-comment", "cpu.round = down # \x1b[31m\n", "cpu.round=down:1 ", ""},
    {"unknown-key", "cpu.rond = down\n", "", "unknown:1 "},
    {"unknown-empty-value", "xyz =\n", "", "unknown:1 "},
    {"bad-value", "cpu.round = sideways\n", "", "bad-value:1 "},
    {"no-value", "cpu.round =\n", "", "bad-value:1 "},
    {"value-is-comment", "cpu.round = # down\n", "", "bad-value:1 "},
    {"two-equals-signs", "cpu.round == down\n", "", "bad-value:1 "},
    {"comment-without-blank", "cpu.round = down#x\n", "", "bad-value:1 "},
    {"quoted-value", "cpu.round = \"down\"\n", "", "bad-value:1 "},
    {"bad-value-keeps-earlier", "cpu.min = 3\ncpu.min = x\n", "cpu.min=3:1 ",
     "bad-value:2 "},
    {"noise-is-counted", "a\ncpu.min = 3\nb\nc\n", "cpu.min=3:2 ", "noise:1*3 "},
    {"nothing", "", "", ""},
    {"blank-lines", "\n  \n\t\n\r\n", "", ""},
    {"comments", "# x\n  # cpu.min = 3\n#\n", "", ""},
    {"plain", "cpu.round = down\n", "cpu.round=down:1 ", ""},
    {"no-spaces", "cpu.round=down\n", "cpu.round=down:1 ", ""},
    {"many-spaces", " \tcpu.round \t =\t down  \n", "cpu.round=down:1 ", ""},
    {"trailing-comment", "cpu.round = down # x = y\n", "cpu.round=down:1 ", ""},
    {"comment-after-tab", "cpu.round = down\t# x\n", "cpu.round=down:1 ", ""},
    {"hash-in-path", "log.file = /a#b\n", "log.file=/a#b:1 ", ""},
    {"equals-in-path", "log.file = /a=b\n", "log.file=/a=b:1 ", ""},
    {"carriage-returns", "cpu.min = 3\r\n\r\ncpu.round = down\r\n",
     "cpu.round=down:3 cpu.min=3:1 ", ""},
    {"byte-order-mark",
     "\xef\xbb\xbf"
     "cpu.min = 3\n",
     "cpu.min=3:1 ", ""},
    {"byte-order-mark-and-comment", "\xef\xbb\xbf# x\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"byte-order-mark-later",
     "\n\xef\xbb\xbf"
     "cpu.min = 3\n",
     "", "noise:2 "},
    {"last-one-wins", "cpu.min = 3\ncpu.min = 4\n", "cpu.min=4:2 ", ""},
};

START_TEST(a_line_does_what_it_says)
{
    check_row(&lines[_i], "/usr/bin/server");
}
END_TEST

static const struct row unterminated[] = {
    {"noise", "x", "", "unterminated:1 "},
    {"half-a-key", "cpu.min = 3\ncpu.rou", "cpu.min=3:1 ", "unterminated:2 "},
    {"half-a-value", "cpu.round = do", "", "unterminated:1 "},
    {"half-a-section", "[program x", "", "unterminated:1 "},
    {"bad-locks", "lock = x, y", "", "unterminated:1 "},
    {"good-value", "cpu.min = 3", "cpu.min=3:1 ", "unterminated:1 "},
    {"good-with-carriage-return", "cpu.min = 3\r", "cpu.min=3:1 ", "unterminated:1 "},
    {"comment", "cpu.min = 3\n# x", "cpu.min=3:1 ", "unterminated:2 "},
    {"blanks", "cpu.min = 3\n  ", "cpu.min=3:1 ", ""},
};

START_TEST(a_last_line_without_newline_is_told_once_and_counts_if_good)
{
    const struct row *row = &unterminated[_i];
    check_row(row, "/usr/bin/server");
    const bool is_good = !strncmp(row->label, "good", 4) || !strcmp(row->label, "comment");
    for (unsigned i = 0; i < policy.n_problems; i++)
        ck_assert_msg((policy.problem[i].error == 0) == is_good, "%s", row->label);
}
END_TEST

static const struct row sections[] = {
    {"other-word", "[section x]\ncpu.min = 3\n", "", "bad-section:1 "},
    {"no-pattern", "[program]\ncpu.min = 3\n", "", "bad-section:1 "},
    {"blank-pattern", "[program  ]\ncpu.min = 3\n", "", "bad-section:1 "},
    {"empty", "[]\ncpu.min = 3\n", "", "bad-section:1 "},
    {"run-together", "[programserver]\ncpu.min = 3\n", "", "bad-section:1 "},
    {"not-closed", "[program server\ncpu.min = 3\n", "", "bad-section:1 "},
    {"a-bracket-is-noise", "[\ncpu.min = 3\n", "cpu.min=3:2 ", "noise:1 "},
    {"log-line-is-noise", "[12:30] x\ncpu.min = 3\n", "cpu.min=3:2 ", "noise:1 "},
    {"latin-is-noise", "[\xe9]\ncpu.min = 3\n", "cpu.min=3:2 ", "noise:1 "},
    {"binary-is-noise", "[\x01]\ncpu.min = 3\n", "cpu.min=3:2 ", "noise:1 "},
    {"bad-one-ends-with-the-next", "[x]\ncpu.min = 3\n[program server]\ncpu.min = 4\n",
     "cpu.min=4:4 ", "bad-section:1 "},
    {"bad-value-of-others", "[program other]\ncpu.min = x\n", "", "bad-value:2 "},
    {"unknown-key-of-others", "[program other]\nxyz = x\n", "", "unknown:2 "},
    {"other-name", "[program other]\ncpu.min = 3\n", "", ""},
    {"part-of-the-name", "[program serve]\ncpu.min = 3\n", "", ""},
    {"other-path", "[program /bin/server]\ncpu.min = 3\n", "", ""},
    {"path-is-whole", "[program bin/server]\ncpu.min = 3\n", "", ""},
    {"directory", "[program /usr/bin]\ncpu.min = 3\n", "", ""},
    {"name", "[program server]\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"name-pattern", "[program s*r]\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"class", "[program [st]erver]\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"path", "[program /usr/bin/server]\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"path-pattern", "[program /usr/*]\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"spaces-and-comment", " [program  server ] # x\ncpu.min = 3\n", "cpu.min=3:2 ", ""},
    {"top-part-counts-too", "cpu.min = 3\nscope = all\n[program server]\ncpu.min = 4\n",
     "scope=all:2 cpu.min=4:4 ", ""},
    {"last-match-wins", "[program s*]\ncpu.min = 3\n[program server]\ncpu.min = 4\n",
     "cpu.min=4:4 ", ""},
    {"others-do-not-undo", "[program s*]\ncpu.min = 3\n[program x]\ncpu.min = 4\n",
     "cpu.min=3:2 ", ""},
};

START_TEST(a_section_is_for_the_programs_it_names)
{
    check_row(&sections[_i], "/usr/bin/server");
}
END_TEST

START_TEST(a_section_is_for_a_program_that_was_replaced_too)
{
    check_row(&sections[_i], "/usr/bin/server (deleted)");
}
END_TEST

START_TEST(a_program_without_a_path_is_in_no_section)
{
    const struct row row = {"", "[program *]\ncpu.min = 3\n", "", ""};
    check_row(&row, "");
}
END_TEST

START_TEST(a_bare_name_is_matched_as_a_name)
{
    const struct row row = {"", "[program serv?r]\ncpu.min = 3\n", "cpu.min=3:2 ", ""};
    check_row(&row, "server");
}
END_TEST

static const struct {
    struct row row;
    const char *locked;
} locks[] = {
    {{"no-such-key", "lock = cpu.rond\n", "", "bad-lock:1 "}, ""},
    {{"nothing", "lock =\n", "", "bad-lock:1 "}, ""},
    {{"comma-at-the-end", "lock = log,\n", "", "bad-lock:1 "}, "log "},
    {{"one-of-two", "lock = x, log\n", "", "bad-lock:1 "}, "log "},
    {{"in-a-section", "[program server]\nlock = log\n", "", "lock-in-section:2 "}, ""},
    {{"key", "lock = memory.limit\n", "", ""}, "memory.limit "},
    {{"pattern", "lock = cpu.[cr]*\n", "", ""}, "cpu.count cpu.round cpu.request "},
    {{"two", "lock = log , log.*\n", "", ""}, "log log.file "},
    {{"accumulates", "lock = log\nlock = follow\n", "", ""}, "follow log "},
    {{"locked-keys-can-be-set", "lock = log\nlog = error\n", "log=error:2 ", ""}, "log "},
};

START_TEST(a_lock_names_keys)
{
    check_row(&locks[_i].row, "/usr/bin/server");
    char locked[1024];
    struct snug_builder out = snug_text_build(locked, sizeof locked);
    for (int key = 0; key < SNUG_N_KEYS; key++)
        if (policy.setting[key].is_locked) {
            snug_text_put(&out, snug_options[key].name);
            snug_text_put(&out, " ");
        }
    ck_assert_msg(!strcmp(locked, locks[_i].locked), "%s: %s", locks[_i].row.label, locked);
}
END_TEST

START_TEST(a_line_that_fits_the_buffer_counts)
{
    char line[4096];
    memset(line, ' ', sizeof line);
    const char text[] = "cpu.min = 3";
    memcpy(line, text, sizeof text - 1);
    line[sizeof line - 1] = '\n';
    put_in(line, sizeof line);
    read_for("/usr/bin/server");
    ck_assert_str_eq(what_was_set(), "cpu.min=3:1 ");
    ck_assert_str_eq(what_was_wrong(), "");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_one_complaint)
{
    const int directory = open("/", O_RDONLY | O_CLOEXEC);
    snug_conf_read(&policy, directory, snug_text_of(""));
    close(directory);
    ck_assert_str_eq(what_was_wrong(), "read:1 ");
    ck_assert_int_eq(policy.problem[0].error, EISDIR);
}
END_TEST

static Suite *conf_suite(void)
{
    Suite *suite = suite_create("conf");
    TCase *tcase = tcase_create("lines");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_line_does_what_it_says, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(tcase, a_last_line_without_newline_is_told_once_and_counts_if_good,
                        0, sizeof unterminated / sizeof *unterminated);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("sections");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_section_is_for_the_programs_it_names, 0,
                        sizeof sections / sizeof *sections);
    tcase_add_loop_test(tcase, a_section_is_for_a_program_that_was_replaced_too, 0,
                        sizeof sections / sizeof *sections);
    tcase_add_test(tcase, a_program_without_a_path_is_in_no_section);
    tcase_add_test(tcase, a_bare_name_is_matched_as_a_name);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("locks");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_lock_names_keys, 0, sizeof locks / sizeof *locks);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("reading");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_line_that_fits_the_buffer_counts);
    tcase_add_test(tcase, a_file_that_cannot_be_read_is_one_complaint);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(conf_suite());
}
