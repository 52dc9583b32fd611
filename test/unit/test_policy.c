/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which policy files are trusted, and the order of the sources.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "suite.h"
#include "snug/base/root.h"
#include "snug/policy/policy.h"
#include "snug/policy/values.h"

static const uid_t nobody = 65534;

static struct snug_policy policy;

/* A root directory with an empty /etc. */
static void make_root(void)
{
    folder_make();
    folder_put("etc/", NULL);
    snug_policy_default(&policy);
}

static void make_file(const char *path, const char *text, mode_t mode)
{
    const int fd = openat(folder.fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0); /* Whatever the umask is. */
    close(fd);
}

static void read_file(const char *named)
{
    snug_policy_read_file(&policy, &folder, snug_text_of(named),
                          snug_text_of("/bin/server"));
}

static void assert_only_problem(enum snug_problem_kind kind, int error)
{
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_int_eq(policy.problem[0].kind, kind);
    ck_assert_int_eq(policy.problem[0].error, error);
    ck_assert_uint_eq(policy.problem[0].line, 0);
}

START_TEST(a_default_is_what_the_table_says)
{
    struct snug_setting parsed = {0};
    const enum snug_key key = (enum snug_key)_i;
    ck_assert_int_eq(
        snug_values_parse(key, snug_text_of(snug_options[key].initial), &parsed), 0);
    ck_assert_int_eq(policy.setting[key].unit, parsed.unit);
    ck_assert_int_eq(policy.setting[key].word, parsed.word);
    ck_assert_uint_eq(policy.setting[key].number, parsed.number);
    ck_assert_str_eq(policy.setting[key].text, parsed.text);
    ck_assert_int_eq(policy.setting[key].source, SNUG_FROM_DEFAULT);
}
END_TEST

START_TEST(a_missing_standard_file_is_normal)
{
    read_file("");
    ck_assert_uint_eq(policy.n_problems, 0);
    ck_assert(!policy.has_file);
    ck_assert_str_eq(policy.file, "/etc/snug.conf");
}
END_TEST

START_TEST(a_missing_named_file_is_told)
{
    read_file("/etc/own.conf");
    assert_only_problem(SNUG_PROBLEM_OPEN, ENOENT);
    ck_assert(!policy.has_file);
    ck_assert_str_eq(policy.file, "/etc/own.conf");
}
END_TEST

START_TEST(the_standard_file_is_named_all_the_same_if_it_is_missing)
{
    read_file("/etc/snug.conf");
    assert_only_problem(SNUG_PROBLEM_OPEN, ENOENT);
}
END_TEST

START_TEST(a_named_file_stands_in_for_the_standard_one)
{
    make_file("etc/snug.conf", "cpu.min = 3\nlog = error\n", 0644);
    make_file("etc/own.conf", "[program server]\ncpu.min = 4\n", 0644);
    read_file("/etc/own.conf");
    ck_assert(policy.has_file);
    ck_assert_uint_eq(policy.n_problems, 0);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 4);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].line, 2);
    ck_assert_int_eq(policy.setting[SNUG_LOG].source, SNUG_FROM_DEFAULT);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_told)
{
    char name[SNUG_POLICY_PATH_BYTES + 1];
    memset(name, '/', sizeof name - 1);
    name[sizeof name - 1] = 0;
    read_file(name);
    assert_only_problem(SNUG_PROBLEM_OPEN, ENAMETOOLONG);
    char text[512];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_policy_describe(&policy, &policy.problem[0], &out);
    ck_assert_ptr_nonnull(strstr(text, "///... cannot be read: its name is too long"));
}
END_TEST

START_TEST(a_directory_in_the_files_place_is_told)
{
    ck_assert_int_eq(mkdirat(folder.fd, "etc/snug.conf", 0755), 0);
    read_file("");
    assert_only_problem(SNUG_PROBLEM_NOT_A_FILE, 0);
    ck_assert(!policy.has_file);
}
END_TEST

START_TEST(a_fifo_in_the_files_place_does_not_block)
{
    ck_assert_int_eq(mkfifoat(folder.fd, "etc/snug.conf", 0644), 0);
    read_file("");
    assert_only_problem(SNUG_PROBLEM_NOT_A_FILE, 0);
}
END_TEST

START_TEST(a_file_without_permission_is_told)
{
    make_file("etc/snug.conf", "cpu.min = 3\n", 0);
    const bool is_root = geteuid() == 0;
    if (is_root) {
        ck_assert_int_eq(chmod(folder_path, 0755), 0);
        ck_assert_int_eq(seteuid(nobody), 0);
    }
    read_file("");
    if (is_root)
        ck_assert_int_eq(seteuid(0), 0);
    assert_only_problem(SNUG_PROBLEM_OPEN, EACCES);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 2);
}
END_TEST

static const struct {
    mode_t mode;
    bool is_trusted;
} modes[] = {{0666, false}, {0664, false}, {0646, false}, {0602, false},
             {0644, true},  {0600, true},  {0444, true},  {0755, true}};

START_TEST(a_file_that_others_can_write_is_ignored_wholly)
{
    make_file("etc/snug.conf", "cpu.min = 3\nlock = *\nnoise\n", modes[_i].mode);
    read_file("");
    ck_assert_int_eq(policy.has_file, modes[_i].is_trusted);
    ck_assert_int_eq(policy.setting[SNUG_LOG].is_locked, modes[_i].is_trusted);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, modes[_i].is_trusted ? 3 : 2);
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_int_eq(policy.problem[0].kind,
                     modes[_i].is_trusted ? SNUG_PROBLEM_NOISE : SNUG_PROBLEM_WRITABLE);
}
END_TEST

static const struct {
    uid_t owner;
    mode_t mode;
    enum snug_problem_kind kind;
} others[] = {
    {65533, 0644, SNUG_PROBLEM_WRITABLE},
    {65534, 0644, SNUG_PROBLEM_OWNER}, /* In a user namespace it may be anybody. */
    {65534, 0664, SNUG_PROBLEM_WRITABLE},
};

START_TEST(a_file_of_another_user_is_ignored_wholly)
{
    make_file("etc/snug.conf", "cpu.min = 3\n", 0644);
    ck_assert_int_eq(
        fchownat(folder.fd, "etc/snug.conf", others[_i].owner, others[_i].owner, 0), 0);
    ck_assert_int_eq(fchmodat(folder.fd, "etc/snug.conf", others[_i].mode, 0), 0);
    read_file("");
    assert_only_problem(others[_i].kind, 0);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 2);
}
END_TEST

START_TEST(a_user_trusts_roots_file_and_their_own)
{
    const uid_t owner = _i ? nobody : 0;
    make_file("etc/snug.conf", "cpu.min = 3\n", 0644);
    ck_assert_int_eq(fchownat(folder.fd, "etc/snug.conf", owner, owner, 0), 0);
    ck_assert_int_eq(chmod(folder_path, 0755), 0);
    ck_assert_int_eq(seteuid(nobody), 0);
    read_file("");
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_uint_eq(policy.n_problems, 0);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
}
END_TEST

static void take_environment(const char *const *entries)
{
    snug_policy_read_environment(&policy, (char *const *)entries);
}

static int set(const char *key, const char *value)
{
    return snug_policy_set(&policy, SNUG_FROM_COMMAND, snug_text_of(key),
                           snug_text_of(value));
}

START_TEST(the_later_source_wins_and_a_bad_value_loses_nothing)
{
    make_file("etc/snug.conf", "cpu.min = 3\nscope = all\nlog = info\n", 0644);
    read_file("");
    take_environment((const char *const[]){"SNUG_CPU_MIN=4", "SNUG_LOG=x", NULL});
    ck_assert_int_eq(set("scope", "none"), -EINVAL);
    ck_assert_int_eq(set("cpu.min", " 5"), 0);

    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 5);
    ck_assert_int_eq(policy.setting[SNUG_CPU_MIN].source, SNUG_FROM_COMMAND);
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].line, 0);
    ck_assert(snug_values_is(&policy.setting[SNUG_SCOPE], SNUG_WORD_ALL));
    ck_assert(snug_values_is(&policy.setting[SNUG_LOG], SNUG_WORD_INFO));
    ck_assert_uint_eq(policy.setting[SNUG_LOG].line, 3);
    ck_assert_uint_eq(policy.n_problems, 2);
}
END_TEST

START_TEST(a_locked_key_is_deaf_to_environment_and_command)
{
    make_file("etc/snug.conf", "lock = cpu.*\ncpu.min = 3\n", 0644);
    read_file("");
    take_environment((const char *const[]){"SNUG_CPU_MIN=4", "SNUG_LOG=info", NULL});
    ck_assert_int_eq(set("cpu.round", "down"), -EPERM);

    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
    ck_assert(snug_values_is(&policy.setting[SNUG_CPU_ROUND], SNUG_WORD_UP));
    ck_assert(snug_values_is(&policy.setting[SNUG_LOG], SNUG_WORD_INFO));
    ck_assert_uint_eq(policy.n_problems, 2);
    ck_assert_int_eq(policy.problem[0].kind, SNUG_PROBLEM_LOCKED);
    ck_assert_int_eq(policy.problem[1].source, SNUG_FROM_COMMAND);
}
END_TEST

START_TEST(an_unknown_key_of_the_command_is_told)
{
    ck_assert_int_eq(set("cpu.rond", "up"), -EINVAL);
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_str_eq(policy.problem[0].sample, "cpu.rond");
}
END_TEST

START_TEST(the_example_file_has_no_problem)
{
    const char *path = getenv("EXAMPLE_CONF");
    ck_assert_ptr_nonnull(path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    char text[16384] = "";
    ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
    close(fd);

    make_file("etc/snug.conf", text, 0644); /* Whoever owns the source tree. */
    read_file("");
    ck_assert(policy.has_file);
    ck_assert_uint_eq(policy.n_problems, 0);
    for (int key = 0; key < SNUG_N_KEYS; key++)
        ck_assert_msg(strstr(text, snug_options[key].name) != NULL, "%s is not in it",
                      snug_options[key].name);
}
END_TEST

static Suite *policy_suite(void)
{
    Suite *suite = suite_create("policy");
    TCase *tcase = tcase_create("file");
    tcase_add_checked_fixture(tcase, make_root, folder_remove);
    tcase_add_loop_test(tcase, a_default_is_what_the_table_says, 0, SNUG_N_KEYS);
    tcase_add_test(tcase, a_missing_standard_file_is_normal);
    tcase_add_test(tcase, a_missing_named_file_is_told);
    tcase_add_test(tcase, the_standard_file_is_named_all_the_same_if_it_is_missing);
    tcase_add_test(tcase, a_named_file_stands_in_for_the_standard_one);
    tcase_add_test(tcase, a_name_that_is_too_long_is_told);
    tcase_add_test(tcase, a_directory_in_the_files_place_is_told);
    tcase_add_test(tcase, a_fifo_in_the_files_place_does_not_block);
    tcase_add_test(tcase, a_file_without_permission_is_told);
    tcase_add_loop_test(tcase, a_file_that_others_can_write_is_ignored_wholly, 0,
                        sizeof modes / sizeof *modes);
    if (geteuid() == 0) { /* Nobody else can make another user's file. */
        tcase_add_loop_test(tcase, a_file_of_another_user_is_ignored_wholly, 0,
                            sizeof others / sizeof *others);
        tcase_add_loop_test(tcase, a_user_trusts_roots_file_and_their_own, 0, 2);
    }
    tcase_add_test(tcase, the_example_file_has_no_problem);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("order");
    tcase_add_checked_fixture(tcase, make_root, folder_remove);
    tcase_add_test(tcase, the_later_source_wins_and_a_bad_value_loses_nothing);
    tcase_add_test(tcase, a_locked_key_is_deaf_to_environment_and_command);
    tcase_add_test(tcase, an_unknown_key_of_the_command_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(policy_suite());
}
