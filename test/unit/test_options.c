/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The option table agrees with the design, with itself and with the enums that index it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/policy/meanings.h"
#include "snug/policy/values.h"

/* In the order of the table in snug.conf(5). */
static const char *const names[] = {
    "scope",           "cpu.count",       "cpu.round",      "cpu.min",
    "cpu.request",     "cpu.burst",       "cpu.present",    "memory.limit",
    "memory.headroom", "memory.share",    "memory.request", "memory.gogc",
    "memory.present",  "malloc.arenas",   "numa.place",     "numa.confine",
    "span.huge",       "span.align",      "span.guard",     "span.name",
    "prctl.thp",       "seccomp.guard",   "follow",         "follow.interval",
    "follow.announce", "child.pdeathsig", "threads.warn",   "log",
    "log.file",        "stats.file",
};

START_TEST(the_keys_stand_in_their_order)
{
    ck_assert_uint_eq(sizeof names / sizeof *names, SNUG_N_KEYS);
    ck_assert_str_eq(snug_options[_i].name, names[_i]);
}
END_TEST

START_TEST(every_row_is_filled)
{
    const struct snug_option *option = &snug_options[_i];
    ck_assert_int_ne(snug_meanings[_i].values[0], 0);
    ck_assert_int_ne(snug_meanings[_i].text[0], 0);
    ck_assert_int_eq(option->words[0] != 0, (option->units & SNUG_UNIT_WORD) != 0);
    ck_assert_uint_le(option->least, option->most);
    ck_assert_uint_le(option->least_bytes_log2, option->most_bytes_log2);
    ck_assert_int_eq(option->most_bytes_log2 != 0, (option->units & SNUG_UNIT_BYTES) != 0);
}
END_TEST

static bool has_end(const char *text, size_t size)
{
    return memchr(text, 0, size) != NULL;
}

START_TEST(every_text_of_a_row_fits)
{
    const struct snug_option *option = &snug_options[_i];
    ck_assert(has_end(option->name, sizeof option->name));
    ck_assert(has_end(option->words, sizeof option->words));
    ck_assert(has_end(option->initial, sizeof option->initial));
    const struct snug_meaning *meaning = &snug_meanings[_i];
    ck_assert(has_end(meaning->values, sizeof meaning->values));
    ck_assert(has_end(meaning->text, sizeof meaning->text));
}
END_TEST

START_TEST(people_are_told_every_word)
{
    struct snug_text rest = snug_text_of(snug_options[_i].words);
    struct snug_text word;
    while (snug_text_cut_word(&rest, &word)) {
        char quoted[32];
        struct snug_builder out = snug_text_build(quoted, sizeof quoted);
        snug_text_put(&out, "`");
        snug_text_put_slice(&out, word);
        snug_text_put(&out, "`");
        const bool is_absence = snug_text_equals(word, "none");
        ck_assert_msg(is_absence || strstr(snug_meanings[_i].values, quoted), "%s: %s",
                      names[_i], quoted);
    }
}
END_TEST

START_TEST(the_default_is_a_value_and_prints_as_it_is_written)
{
    struct snug_setting setting = {0};
    const char *initial = snug_options[_i].initial;
    ck_assert_int_eq(snug_values_parse((enum snug_key)_i, snug_text_of(initial), &setting),
                     0);

    char text[64];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_values_put(&out, (enum snug_key)_i, &setting);
    ck_assert_str_eq(text, initial);
}
END_TEST

START_TEST(a_key_is_found_by_its_name_and_by_its_variable)
{
    char variable[64];
    struct snug_builder out = snug_text_build(variable, sizeof variable);
    snug_options_put_variable(&out, (enum snug_key)_i);
    ck_assert_int_eq(snug_options_find(snug_text_of(names[_i])), _i);
    ck_assert_int_eq(snug_options_find_variable(snug_text_of(variable)), _i);
}
END_TEST

START_TEST(a_variable_is_the_key_in_capitals_with_underscores)
{
    char variable[64];
    struct snug_builder out = snug_text_build(variable, sizeof variable);
    snug_options_put_variable(&out, SNUG_CHILD_PDEATHSIG);
    ck_assert_str_eq(variable, "SNUG_CHILD_PDEATHSIG");
}
END_TEST

static const char *const strangers[] = {
    "",
    "cpu",
    "cpu.rounds",
    "CPU.ROUND",
    "cpu_round",
    "log.file.x",
    "SNUG_",
    "SNUG",
    "SNUG_CPU",
    "snug_cpu_round",
    "SNUG_CPU.ROUND",
    "SNUG_CPU_REQUEST_MILLI",
    "CPU_ROUND",
    "SNUG_POLICY",
    "SNUG_LOG_FILE_X",
};

START_TEST(no_other_name_is_found)
{
    const struct snug_text name = snug_text_of(strangers[_i]);
    ck_assert_int_eq(snug_options_find(name), -1);
    ck_assert_int_eq(snug_options_find_variable(name), -1);
}
END_TEST

static const struct {
    const char *name;
    int key;
} guesses[] = {
    {"", -1},
    {"x", -1},
    {"gol", -1},
    {"verbose", -1},
    {"SNUG_SERVICE_HOST", -1},
    {"a-name-that-is-longer-than-any-key-of-snug", -1},
    {"cpu.rond", SNUG_CPU_ROUND},
    {"cpu.rounds", SNUG_CPU_ROUND},
    {"cpu_round", SNUG_CPU_ROUND},
    {"cpuround", SNUG_CPU_ROUND},
    {"memory.limits", SNUG_MEMORY_LIMIT},
    {"mem.limit", -1},
    {"logfile", SNUG_LOG_FILE},
    {"SNUG_CPU_ROND", SNUG_CPU_ROUND},
    {"SNUG_FOLOW", SNUG_FOLLOW},
};

START_TEST(a_slip_of_the_pen_is_understood)
{
    ck_assert_int_eq(snug_options_guess(snug_text_of(guesses[_i].name)), guesses[_i].key);
}
END_TEST

static const struct {
    enum snug_key key;
    unsigned index;
    const char *word;
} words[] = {
    {SNUG_SCOPE, SNUG_WORD_GO, "go"},
    {SNUG_SCOPE, SNUG_WORD_ALL, "all"},
    {SNUG_CPU_COUNT, SNUG_WORD_AUTO, "auto"},
    {SNUG_CPU_COUNT, SNUG_WORD_AUTO_OFF, "off"},
    {SNUG_CPU_ROUND, SNUG_WORD_UP, "up"},
    {SNUG_CPU_ROUND, SNUG_WORD_DOWN, "down"},
    {SNUG_CPU_ROUND, SNUG_WORD_NEAREST, "nearest"},
    {SNUG_CPU_REQUEST, SNUG_WORD_REQUEST_OFF, "off"},
    {SNUG_CPU_REQUEST, SNUG_WORD_REQUEST_ENV, "env"},
    {SNUG_MEMORY_LIMIT, SNUG_WORD_AUTO, "auto"},
    {SNUG_MEMORY_LIMIT, SNUG_WORD_AUTO_OFF, "off"},
    {SNUG_MEMORY_GOGC, SNUG_WORD_KEEP, "keep"},
    {SNUG_MEMORY_GOGC, SNUG_WORD_KEEP_OFF, "off"},
    {SNUG_MEMORY_PRESENT, SNUG_WORD_OFF, "off"},
    {SNUG_MEMORY_PRESENT, SNUG_WORD_ON, "on"},
    {SNUG_NUMA_CONFINE, SNUG_WORD_OFF, "off"},
    {SNUG_NUMA_CONFINE, SNUG_WORD_ON, "on"},
    {SNUG_SPAN_NAME, SNUG_WORD_OFF, "off"},
    {SNUG_SPAN_NAME, SNUG_WORD_ON, "on"},
    {SNUG_FOLLOW, SNUG_WORD_OFF, "off"},
    {SNUG_FOLLOW, SNUG_WORD_ON, "on"},
    {SNUG_LOG, SNUG_WORD_LOG_OFF, "off"},
    {SNUG_LOG, SNUG_WORD_ERROR, "error"},
    {SNUG_LOG, SNUG_WORD_INFO, "info"},
    {SNUG_LOG, SNUG_WORD_DEBUG, "debug"},
    {SNUG_FOLLOW_ANNOUNCE, SNUG_WORD_NO_FILE, "none"},
    {SNUG_LOG_FILE, SNUG_WORD_NO_FILE, "none"},
    {SNUG_STATS_FILE, SNUG_WORD_NO_FILE, "none"},
};

START_TEST(the_words_have_the_indices_of_their_enums)
{
    struct snug_setting setting = {0};
    ck_assert_int_eq(
        snug_values_parse(words[_i].key, snug_text_of(words[_i].word), &setting), 0);
    ck_assert_uint_eq(setting.unit, SNUG_UNIT_WORD);
    ck_assert_uint_eq(setting.word, words[_i].index);
}
END_TEST

static Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, the_keys_stand_in_their_order, 0, SNUG_N_KEYS);
    tcase_add_loop_test(table, every_row_is_filled, 0, SNUG_N_KEYS);
    tcase_add_loop_test(table, every_text_of_a_row_fits, 0, SNUG_N_KEYS);
    tcase_add_loop_test(table, people_are_told_every_word, 0, SNUG_N_KEYS);
    tcase_add_loop_test(table, the_default_is_a_value_and_prints_as_it_is_written, 0,
                        SNUG_N_KEYS);
    tcase_add_loop_test(table, the_words_have_the_indices_of_their_enums, 0,
                        sizeof words / sizeof *words);
    suite_add_tcase(suite, table);

    TCase *finding = tcase_create("names");
    tcase_add_loop_test(finding, a_key_is_found_by_its_name_and_by_its_variable, 0,
                        SNUG_N_KEYS);
    tcase_add_test(finding, a_variable_is_the_key_in_capitals_with_underscores);
    tcase_add_loop_test(finding, no_other_name_is_found, 0,
                        sizeof strangers / sizeof *strangers);
    tcase_add_loop_test(finding, a_slip_of_the_pen_is_understood, 0,
                        sizeof guesses / sizeof *guesses);
    suite_add_tcase(suite, finding);
    return suite;
}

int main(void)
{
    return suite_run(options_suite());
}
