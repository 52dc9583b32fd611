/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Complaints: how many there can be, and what each one says.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/policy/problems.h"

static struct snug_policy policy;

static void set_up(void)
{
    snug_policy_default(&policy);
    ck_assert_int_eq(
        snug_text_copy(snug_text_of("/etc/snug.conf"), sizeof policy.file, policy.file), 0);
}

static void add(enum snug_problem_kind kind, enum snug_source source, unsigned line,
                const char *sample)
{
    const struct snug_problem problem = {
        .kind = kind, .source = source, .line = line, .key = -1};
    snug_problems_add(&policy, &problem, snug_text_of(sample));
}

static const char *describe(const struct snug_problem *problem)
{
    static char text[1024];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_policy_describe(&policy, problem, &out);
    ck_assert(!out.is_full);
    return text;
}

START_TEST(what_nobody_named_is_no_mistake)
{
    const struct snug_problem rows[] = {
        {.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_DEFAULT, .key = -1},
        {.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_FILE, .key = -1},
    };
    snug_policy_default(&policy);
    for (unsigned i = 0; i < 2; i++)
        snug_problems_add(&policy, &rows[i], snug_text_of("/etc/snug.conf"));
    unsigned at = 0;
    ck_assert_ptr_eq(snug_problems_next(&policy, false, &at), &policy.problem[1]);
    ck_assert_ptr_null(snug_problems_next(&policy, false, &at));
    at = 0;
    ck_assert_ptr_eq(snug_problems_next(&policy, true, &at), &policy.problem[0]);
    ck_assert_ptr_eq(snug_problems_next(&policy, true, &at), &policy.problem[1]);
    ck_assert_ptr_null(snug_problems_next(&policy, true, &at));
}
END_TEST

START_TEST(the_log_of_a_process_tells_place_key_and_value)
{
    char text[256];
    add(SNUG_PROBLEM_UNKNOWN_KEY, SNUG_FROM_FILE, 3, "no.such");
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_problems_put_brief(&policy, &policy.problem[0], &out);
    ck_assert_str_eq(text, "/etc/snug.conf:3: \"no.such\" is not taken as it stands; snug "
                           "explain says why, and what holds");

    const struct snug_problem problem = {.kind = SNUG_PROBLEM_BAD_VALUE,
                                         .source = SNUG_FROM_ENVIRONMENT,
                                         .key = SNUG_CPU_ROUND};
    snug_problems_add(&policy, &problem, snug_text_of("sideways"));
    out = snug_text_build(text, sizeof text);
    snug_problems_put_brief(&policy, &policy.problem[1], &out);
    ck_assert_str_eq(text, "SNUG_CPU_ROUND \"sideways\" is not taken as it stands; snug "
                           "explain says why, and what holds");
}
END_TEST

START_TEST(noise_is_one_entry_that_counts)
{
    for (unsigned line = 5; line < 1005; line++)
        add(SNUG_PROBLEM_NOISE, SNUG_FROM_FILE, line, line == 5 ? "first" : "later");
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_uint_eq(policy.problem[0].n, 1000);
    ck_assert_uint_eq(policy.problem[0].line, 5);
    ck_assert_str_eq(policy.problem[0].sample, "first");
    ck_assert_uint_eq(policy.n_problems_lost, 0);
}
END_TEST

START_TEST(eight_of_a_kind_stand_alone_and_the_ninth_counts_the_rest)
{
    for (unsigned line = 1; line <= 100; line++)
        add(SNUG_PROBLEM_UNKNOWN_KEY, SNUG_FROM_FILE, line, "x");
    ck_assert_uint_eq(policy.n_problems, 9);
    ck_assert_uint_eq(policy.problem[7].n, 1);
    ck_assert_uint_eq(policy.problem[8].n, 92);
    ck_assert_uint_eq(policy.problem[8].line, 9);
}
END_TEST

START_TEST(sources_and_kinds_are_counted_apart)
{
    for (int i = 0; i < 20; i++) {
        add(SNUG_PROBLEM_UNKNOWN_KEY, SNUG_FROM_FILE, 1, "x");
        add(SNUG_PROBLEM_UNKNOWN_KEY, SNUG_FROM_ENVIRONMENT, 0, "x");
        add(SNUG_PROBLEM_NOISE, SNUG_FROM_FILE, 1, "x");
    }
    ck_assert_uint_eq(policy.n_problems, 9 + 9 + 1);
}
END_TEST

START_TEST(a_full_list_counts_what_it_loses)
{
    for (int kind = SNUG_PROBLEM_OPEN; kind <= SNUG_PROBLEM_LOCK_IN_SECTION; kind++)
        for (int i = 0; i < 9; i++)
            add((enum snug_problem_kind)kind, SNUG_FROM_FILE, 1, "x");
    const unsigned n_added = (SNUG_PROBLEM_LOCK_IN_SECTION + 1) * 9;
    ck_assert_uint_eq(policy.n_problems, SNUG_PROBLEMS_MAX);
    ck_assert_uint_eq(policy.n_problems_lost, n_added - SNUG_PROBLEMS_MAX);
}
END_TEST

static const struct {
    const char *text;
    const char *sample;
} samples[] = {
    {"", ""},
    {"cpu.rond = \"x\"", "cpu.rond = \"x\""},
    {"\x1b[31m\tx\x7f", "?[31m?x?"},
    {"caf\xc3\xa9", "caf??"},
    {"12345678901234567890123456789012345678901234567",
     "12345678901234567890123456789012345678901234567"},
    {"123456789012345678901234567890123456789012345678",
     "12345678901234567890123456789012345678901234..."},
};

START_TEST(a_sample_is_short_and_printable)
{
    add(SNUG_PROBLEM_NOISE, SNUG_FROM_FILE, 1, samples[_i].text);
    ck_assert_str_eq(policy.problem[0].sample, samples[_i].sample);
}
END_TEST

static const struct {
    struct snug_problem problem;
    const char *sentence;
} sentences[] = {
    {{.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_FILE, .error = ENOENT},
     "/etc/snug.conf cannot be read: there is no such file; nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_FILE, .error = EACCES},
     "/etc/snug.conf cannot be read: permission denied; nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_FILE, .error = EAGAIN},
     "/etc/snug.conf cannot be read: another process holds a lease on it; nothing is taken "
     "from it"},
    {{.kind = SNUG_PROBLEM_OPEN, .source = SNUG_FROM_FILE, .error = EIO},
     "/etc/snug.conf cannot be read: error 5; nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_NOT_A_FILE, .source = SNUG_FROM_FILE},
     "/etc/snug.conf is not a regular file; nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_WRITABLE, .source = SNUG_FROM_FILE},
     "/etc/snug.conf can be written by someone other than root and this process's user; "
     "nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_OWNER, .source = SNUG_FROM_FILE},
     "/etc/snug.conf belongs to nobody or a user outside this namespace; "
     "nothing is taken from it"},
    {{.kind = SNUG_PROBLEM_READ, .source = SNUG_FROM_FILE, .line = 4, .error = EIO},
     "/etc/snug.conf:4: cannot be read on from here: error 5; the lines above count"},
    {{.kind = SNUG_PROBLEM_TOO_BIG, .source = SNUG_FROM_FILE, .line = 9},
     "/etc/snug.conf:9: the file is longer than 16 MiB; the rest is ignored"},
    {{.kind = SNUG_PROBLEM_LINE_TOO_LONG, .source = SNUG_FROM_FILE, .line = 9, .n = 2},
     "/etc/snug.conf:9: the line is longer than 4095 bytes; it is ignored (and 1 more like "
     "it)"},
    {{.kind = SNUG_PROBLEM_NOISE, .source = SNUG_FROM_FILE, .line = 3, .sample = "hello"},
     "/etc/snug.conf:3: \"hello\" is not a policy line (KEY = VALUE, [program GLOB] or a # "
     "comment); it is ignored"},
    {{.kind = SNUG_PROBLEM_NOISE,
      .source = SNUG_FROM_FILE,
      .line = 3,
      .n = 100,
      .sample = "hello"},
     "/etc/snug.conf:3: \"hello\" is not a policy line (KEY = VALUE, [program GLOB] or a # "
     "comment); it is ignored (and 99 more like it)"},
    {{.kind = SNUG_PROBLEM_UNTERMINATED,
      .source = SNUG_FROM_FILE,
      .line = 7,
      .sample = "cpu.min = 3"},
     "/etc/snug.conf:7: the last line, \"cpu.min = 3\", does not end in a newline and may "
     "be cut off; it counts as it stands"},
    {{.kind = SNUG_PROBLEM_UNTERMINATED,
      .source = SNUG_FROM_FILE,
      .line = 7,
      .error = EINVAL,
      .sample = "cpu.m"},
     "/etc/snug.conf:7: the last line, \"cpu.m\", does not end in a newline and may be cut "
     "off; it is not a good line and is ignored"},
    {{.kind = SNUG_PROBLEM_UNKNOWN_KEY,
      .source = SNUG_FROM_FILE,
      .line = 2,
      .key = -1,
      .sample = "cpu.rond"},
     "/etc/snug.conf:2: unknown key \"cpu.rond\" (did you mean cpu.round?); it is ignored"},
    {{.kind = SNUG_PROBLEM_UNKNOWN_KEY,
      .source = SNUG_FROM_COMMAND,
      .key = -1,
      .sample = "verbose"},
     "unknown key \"verbose\"; it is ignored"},
    {{.kind = SNUG_PROBLEM_UNKNOWN_KEY,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = -1,
      .sample = "SNUG_LOGFILE"},
     "unknown variable \"SNUG_LOGFILE\" (did you mean SNUG_LOG_FILE?); it is ignored"},
    {{.kind = SNUG_PROBLEM_UNKNOWN_KEY,
      .source = SNUG_FROM_FILE,
      .line = 2,
      .key = -1,
      .sample = "span.cache"},
     "/etc/snug.conf:2: span.cache no longer exists, since memory could be handed out that "
     "was not as new; it is ignored"},
    {{.kind = SNUG_PROBLEM_UNKNOWN_KEY,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = -1,
      .sample = "SNUG_SPAN_CACHE"},
     "SNUG_SPAN_CACHE no longer exists, since memory could be handed out that was not as "
     "new; it is ignored"},
    {{.kind = SNUG_PROBLEM_BAD_VALUE,
      .source = SNUG_FROM_FILE,
      .line = 3,
      .key = SNUG_CPU_ROUND,
      .sample = "sideways"},
     "/etc/snug.conf:3: cpu.round = \"sideways\" is not one of up, down, nearest; "
     "cpu.round "
     "stays \"up\" (default)"},
    {{.kind = SNUG_PROBLEM_BAD_VALUE,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = SNUG_CPU_MIN,
      .sample = "0"},
     "SNUG_CPU_MIN=\"0\" is not a number from 1 to 8192; cpu.min stays \"2\" (default)"},
    {{.kind = SNUG_PROBLEM_BAD_VALUE,
      .source = SNUG_FROM_COMMAND,
      .key = SNUG_LOG_FILE,
      .sample = "x"},
     "--log.file=\"x\" is not one of none, an absolute path of at most 255 bytes; "
     "log.file stays \"none\" (default)"},
    {{.kind = SNUG_PROBLEM_BAD_VALUE,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = -1,
      .sample = "SNUG=no"},
     "\"SNUG=no\" is neither on nor off; snug is on"},
    {{.kind = SNUG_PROBLEM_BAD_VALUE,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = -1,
      .sample = "SNUG_CPU_REQUEST_MILLI=1.5"},
     "\"SNUG_CPU_REQUEST_MILLI=1.5\" is not a number of millicores; no CPU request is "
     "known"},
    {{.kind = SNUG_PROBLEM_BAD_SECTION,
      .source = SNUG_FROM_FILE,
      .line = 5,
      .key = -1,
      .sample = "[x]"},
     "/etc/snug.conf:5: \"[x]\" is not [program GLOB]; the keys below it are ignored"},
    {{.kind = SNUG_PROBLEM_LOCKED,
      .source = SNUG_FROM_ENVIRONMENT,
      .key = SNUG_CPU_ROUND,
      .sample = "down"},
     "SNUG_CPU_ROUND=\"down\" is ignored, since /etc/snug.conf locks this key; cpu.round "
     "stays \"up\" (default)"},
    {{.kind = SNUG_PROBLEM_BAD_LOCK,
      .source = SNUG_FROM_FILE,
      .line = 5,
      .key = -1,
      .sample = "cpu.rond"},
     "/etc/snug.conf:5: lock names \"cpu.rond\", which is no key; it locks nothing"},
    {{.kind = SNUG_PROBLEM_LOCK_IN_SECTION, .source = SNUG_FROM_FILE, .line = 5, .key = -1},
     "/etc/snug.conf:5: lock counts only above the first section; it is ignored"},
};

START_TEST(a_problem_is_one_clear_sentence)
{
    ck_assert_str_eq(describe(&sentences[_i].problem), sentences[_i].sentence);
}
END_TEST

START_TEST(a_value_that_holds_names_its_source)
{
    const struct snug_text value = snug_text_of("nearest");
    ck_assert_int_eq(
        snug_policy_set(&policy, SNUG_FROM_COMMAND, snug_text_of("cpu.round"), value), 0);
    const struct snug_problem problem = {.kind = SNUG_PROBLEM_BAD_VALUE,
                                         .source = SNUG_FROM_ENVIRONMENT,
                                         .key = SNUG_CPU_ROUND};
    ck_assert_str_eq(describe(&problem),
                     "SNUG_CPU_ROUND=\"\" is not one of up, down, nearest; cpu.round is "
                     "\"nearest\" (command line)");
}
END_TEST

static Suite *problems_suite(void)
{
    Suite *suite = suite_create("problems");
    TCase *tcase = tcase_create("list");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, what_nobody_named_is_no_mistake);
    tcase_add_test(tcase, the_log_of_a_process_tells_place_key_and_value);
    tcase_add_test(tcase, noise_is_one_entry_that_counts);
    tcase_add_test(tcase, eight_of_a_kind_stand_alone_and_the_ninth_counts_the_rest);
    tcase_add_test(tcase, sources_and_kinds_are_counted_apart);
    tcase_add_test(tcase, a_full_list_counts_what_it_loses);
    tcase_add_loop_test(tcase, a_sample_is_short_and_printable, 0,
                        sizeof samples / sizeof *samples);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("sentences");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_problem_is_one_clear_sentence, 0,
                        sizeof sentences / sizeof *sentences);
    tcase_add_test(tcase, a_value_that_holds_names_its_source);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(problems_suite());
}
