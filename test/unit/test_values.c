/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a key takes, what it refuses, and that a value prints as it can be read again.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/policy/values.h"

#define LETTERS_50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#define LONG_PATH  "/" LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50

static const struct {
    enum snug_key key;
    const char *text;
    int error;
} refused[] = {
    {SNUG_SCOPE, "", -EINVAL},
    {SNUG_SCOPE, "GO", -EINVAL},
    {SNUG_SCOPE, "go all", -EINVAL},
    {SNUG_SCOPE, "g", -EINVAL},
    {SNUG_SCOPE, "0", -EINVAL},
    {SNUG_CPU_COUNT, "0", -ERANGE},
    {SNUG_CPU_COUNT, "8193", -ERANGE},
    {SNUG_CPU_COUNT, "99999999999999999999999", -ERANGE},
    {SNUG_CPU_COUNT, "-1", -EINVAL},
    {SNUG_CPU_COUNT, "+1", -EINVAL},
    {SNUG_CPU_COUNT, "1.5", -EINVAL},
    {SNUG_CPU_COUNT, "0x10", -EINVAL},
    {SNUG_CPU_COUNT, "2 3", -EINVAL},
    {SNUG_CPU_COUNT, "2K", -EINVAL},
    {SNUG_CPU_MIN, "auto", -EINVAL},
    {SNUG_CPU_MIN, "0", -ERANGE},
    {SNUG_CPU_REQUEST, "0", -ERANGE},
    {SNUG_CPU_REQUEST, "m", -EINVAL},
    {SNUG_CPU_REQUEST, "1500mm", -EINVAL},
    {SNUG_CPU_REQUEST, "8192001", -ERANGE},
    {SNUG_CPU_BURST, "200", -EINVAL},
    {SNUG_CPU_BURST, "99%", -ERANGE},
    {SNUG_CPU_BURST, "10001%", -ERANGE},
    {SNUG_CPU_BURST, "%", -EINVAL},
    {SNUG_MEMORY_LIMIT, "0", -ERANGE},
    {SNUG_MEMORY_LIMIT, "512", -ERANGE}, /* A unit was forgotten. */
    {SNUG_MEMORY_LIMIT, "512K", -ERANGE},
    {SNUG_MEMORY_LIMIT, "4194303", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "10", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "1048575", -ERANGE},
    {SNUG_MEMORY_LIMIT, "9223372036854775808", -ERANGE},
    {SNUG_MEMORY_LIMIT, "8388608T", -ERANGE},
    {SNUG_MEMORY_LIMIT, "18446744073709551615T", -ERANGE},
    {SNUG_MEMORY_LIMIT, "256m", -EINVAL},
    {SNUG_MEMORY_LIMIT, "256MX", -EINVAL},
    {SNUG_MEMORY_LIMIT, "10%", -EINVAL},
    {SNUG_MEMORY_LIMIT, "M", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "100%", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "off", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "measure", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "Measured", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "measured+10M", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "10%+measured", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "10%+", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "+100M", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "100M+10%", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "10%+10%", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "10% + 100M", -EINVAL},
    {SNUG_MEMORY_HEADROOM, "10%+100", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "100%+100M", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "256%+100M", -ERANGE},
    {SNUG_MEMORY_HEADROOM, "10%+8388608T", -ERANGE},
    {SNUG_MEMORY_SHARE, "0%", -ERANGE},
    {SNUG_MEMORY_SHARE, "101%", -ERANGE},
    {SNUG_MEMORY_SHARE, "50", -EINVAL},
    {SNUG_MEMORY_REQUEST, "512", -ERANGE},
    {SNUG_MEMORY_REQUEST, "10%", -EINVAL},
    {SNUG_MEMORY_REQUEST, "auto", -EINVAL},
    {SNUG_MALLOC_ARENAS, "0", -ERANGE},
    {SNUG_MALLOC_ARENAS, "off", -EINVAL},
    {SNUG_MALLOC_ARENAS, "8193", -ERANGE},
    {SNUG_MALLOC_ARENAS, "AUTO", -EINVAL},
    {SNUG_MALLOC_ARENAS, "1.5", -EINVAL},
    {SNUG_MALLOC_ARENAS, "50%", -EINVAL},
    {SNUG_MEMORY_GOGC, "0", -ERANGE},
    {SNUG_MEMORY_GOGC, "1000001", -ERANGE},
    {SNUG_NUMA_PLACE, "node:", -EINVAL},
    {SNUG_NUMA_PLACE, "node", -EINVAL},
    {SNUG_NUMA_PLACE, "node:a", -EINVAL},
    {SNUG_NUMA_PLACE, "node:0,", -EINVAL},
    {SNUG_NUMA_PLACE, "node:1-0", -EINVAL},
    {SNUG_NUMA_PLACE, "node:1024", -ERANGE},
    {SNUG_NUMA_PLACE, "node:99999", -ERANGE},
    {SNUG_NUMA_PLACE, "0", -EINVAL},
    {SNUG_SPAN_ALIGN, "1K", -ERANGE},
    {SNUG_SPAN_ALIGN, "2G", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "0", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "3601", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "3600001ms", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "18446744073709551615", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "0ms", -ERANGE},
    {SNUG_FOLLOW_INTERVAL, "ms", -EINVAL},
    {SNUG_FOLLOW_INTERVAL, "5sm", -EINVAL},
    {SNUG_FOLLOW_INTERVAL, "5mss", -EINVAL},
    {SNUG_FOLLOW_INTERVAL, "s", -EINVAL},
    {SNUG_FOLLOW_INTERVAL, "1m", -EINVAL},
    {SNUG_FOLLOW_ANNOUNCE, "limit", -EINVAL},
    {SNUG_FOLLOW_ANNOUNCE, "128M", -EINVAL},
    {SNUG_CHILD_PDEATHSIG, "0", -ERANGE},
    {SNUG_CHILD_PDEATHSIG, "65", -ERANGE},
    {SNUG_CHILD_PDEATHSIG, "SIG", -EINVAL},
    {SNUG_CHILD_PDEATHSIG, "SIG15", -EINVAL},
    {SNUG_CHILD_PDEATHSIG, "SIGSIGTERM", -EINVAL},
    {SNUG_CHILD_PDEATHSIG, "sigterm", -EINVAL},
    {SNUG_THREADS_WARN, "0", -ERANGE},
    {SNUG_LOG, "warn", -EINVAL},
    {SNUG_LOG_FILE, "snug.log", -EINVAL},
    {SNUG_LOG_FILE, "", -EINVAL},
    {SNUG_LOG_FILE, "/a\nb", -EINVAL},
    {SNUG_LOG_FILE, "/a\x7f", -EINVAL},
    {SNUG_LOG_FILE, "/a #b", -EINVAL},
    {SNUG_LOG_FILE, LONG_PATH LETTERS_50, -ERANGE},
};

START_TEST(a_bad_value_is_refused_and_changes_nothing)
{
    struct snug_setting setting = {
        .unit = SNUG_UNIT_COUNT, .word = 7, .number = 8, .line = 9};
    const struct snug_setting before = setting;
    ck_assert_msg(snug_values_parse(refused[_i].key, snug_text_of(refused[_i].text),
                                    &setting) == refused[_i].error,
                  "%s = %s", snug_options[refused[_i].key].name, refused[_i].text);
    ck_assert_mem_eq(&setting, &before, sizeof setting);
}
END_TEST

START_TEST(a_zero_byte_ends_no_value)
{
    struct snug_setting setting;
    ck_assert_int_eq(
        snug_values_parse(SNUG_SCOPE, (struct snug_text){"go\0x", 4}, &setting), -EINVAL);
    ck_assert_int_eq(
        snug_values_parse(SNUG_LOG_FILE, (struct snug_text){"/a\0b", 4}, &setting),
        -EINVAL);
}
END_TEST

static const struct {
    enum snug_key key;
    const char *text;
    enum snug_unit unit;
    uint64_t number;
    const char *printed; /* NULL: as it was written. */
} taken[] = {
    {SNUG_SCOPE, " all\t", SNUG_UNIT_WORD, 0, "all"},
    {SNUG_CPU_COUNT, "8192", SNUG_UNIT_COUNT, 8192, NULL},
    {SNUG_CPU_COUNT, "007", SNUG_UNIT_COUNT, 7, "7"},
    {SNUG_CPU_MIN, "1", SNUG_UNIT_COUNT, 1, NULL},
    {SNUG_CPU_REQUEST, "1500", SNUG_UNIT_MILLI, 1500, "1500m"},
    {SNUG_CPU_REQUEST, "250m", SNUG_UNIT_MILLI, 250, NULL},
    {SNUG_CPU_BURST, "100%", SNUG_UNIT_PERCENT, 100, NULL},
    {SNUG_MEMORY_LIMIT, "4194304", SNUG_UNIT_BYTES, 4ull << 20, "4M"},
    {SNUG_MEMORY_LIMIT, "4194305", SNUG_UNIT_BYTES, (4ull << 20) + 1, NULL},
    {SNUG_MEMORY_LIMIT, "1536M", SNUG_UNIT_BYTES, 1536ull << 20, NULL},
    {SNUG_MEMORY_LIMIT, "2048M", SNUG_UNIT_BYTES, 1ull << 31, "2G"},
    {SNUG_MEMORY_LIMIT, "256MiB", SNUG_UNIT_BYTES, 256ull << 20, "256M"},
    {SNUG_MEMORY_LIMIT, "4096T", SNUG_UNIT_BYTES, 1ull << 52, NULL},
    {SNUG_MEMORY_LIMIT, "9223372036854775807", SNUG_UNIT_BYTES, INT64_MAX, NULL},
    {SNUG_MEMORY_HEADROOM, "0%", SNUG_UNIT_PERCENT, 0, NULL},
    {SNUG_MEMORY_HEADROOM, "99%", SNUG_UNIT_PERCENT, 99, NULL},
    {SNUG_MEMORY_HEADROOM, "0", SNUG_UNIT_BYTES, 0, NULL},
    {SNUG_MEMORY_HEADROOM, "1024K", SNUG_UNIT_BYTES, 1ull << 20, "1M"},
    {SNUG_MEMORY_HEADROOM, "64M", SNUG_UNIT_BYTES, 64ull << 20, NULL},
    {SNUG_MEMORY_HEADROOM, "10%+100M", SNUG_UNIT_SUM, 100ull << 20, NULL},
    {SNUG_MEMORY_HEADROOM, "0%+1048576", SNUG_UNIT_SUM, 1ull << 20, "0%+1M"},
    {SNUG_MEMORY_SHARE, "50%", SNUG_UNIT_PERCENT, 50, NULL},
    {SNUG_MEMORY_REQUEST, "0", SNUG_UNIT_BYTES, 0, NULL},
    {SNUG_MEMORY_REQUEST, "268435456", SNUG_UNIT_BYTES, 256ull << 20, "256M"},
    {SNUG_MEMORY_REQUEST, "env", SNUG_UNIT_WORD, 0, NULL},
    {SNUG_MALLOC_ARENAS, "8", SNUG_UNIT_COUNT, 8, NULL},
    {SNUG_MEMORY_GOGC, "50", SNUG_UNIT_COUNT, 50, NULL},
    {SNUG_NUMA_PLACE, "interleave", SNUG_UNIT_WORD, 0, NULL},
    {SNUG_NUMA_PLACE, "node:0,2-3", SNUG_UNIT_NODES, 0xd, NULL},
    {SNUG_NUMA_PLACE, "node:3,2, 1,1023", SNUG_UNIT_NODES, 0xe, "node:1-3,1023"},
    {SNUG_SPAN_ALIGN, "2M", SNUG_UNIT_BYTES, 2ull << 20, NULL},
    {SNUG_FOLLOW_INTERVAL, "30", SNUG_UNIT_TIME, 30000, NULL},
    {SNUG_FOLLOW_INTERVAL, "30s", SNUG_UNIT_TIME, 30000, "30"},
    {SNUG_FOLLOW_INTERVAL, "3600", SNUG_UNIT_TIME, 3600000, NULL},
    {SNUG_FOLLOW_INTERVAL, "500ms", SNUG_UNIT_TIME, 500, NULL},
    {SNUG_FOLLOW_INTERVAL, "1ms", SNUG_UNIT_TIME, 1, NULL},
    {SNUG_FOLLOW_INTERVAL, "2000ms", SNUG_UNIT_TIME, 2000, "2"},
    {SNUG_CHILD_PDEATHSIG, "SIGTERM", SNUG_UNIT_SIGNAL, 15, NULL},
    {SNUG_CHILD_PDEATHSIG, "KILL", SNUG_UNIT_SIGNAL, 9, "SIGKILL"},
    {SNUG_CHILD_PDEATHSIG, "1", SNUG_UNIT_SIGNAL, 1, "SIGHUP"},
    {SNUG_CHILD_PDEATHSIG, "SYS", SNUG_UNIT_SIGNAL, 31, "SIGSYS"},
    {SNUG_CHILD_PDEATHSIG, "64", SNUG_UNIT_SIGNAL, 64, NULL},
    {SNUG_THREADS_WARN, "1000", SNUG_UNIT_COUNT, 1000, NULL},
    {SNUG_LOG_FILE, "/var/log/my app/snug#1.log", SNUG_UNIT_PATH, 0, NULL},
    {SNUG_LOG_FILE, LONG_PATH, SNUG_UNIT_PATH, 0, NULL},
    {SNUG_STATS_FILE, "/run/snug.%p", SNUG_UNIT_PATH, 0, NULL},
};

START_TEST(a_good_value_is_taken_and_prints_again)
{
    struct snug_setting setting = {
        .source = SNUG_FROM_COMMAND, .line = 3, .is_locked = true};
    ck_assert_int_eq(
        snug_values_parse(taken[_i].key, snug_text_of(taken[_i].text), &setting), 0);
    ck_assert_uint_eq(setting.unit, taken[_i].unit);
    ck_assert_uint_eq(setting.number, taken[_i].number);

    char text[SNUG_TEXT_VALUE_BYTES + 8];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_values_put(&out, taken[_i].key, &setting);
    ck_assert_str_eq(text, taken[_i].printed ? taken[_i].printed : taken[_i].text);
}
END_TEST

START_TEST(where_a_value_came_from_is_not_the_parsers_business)
{
    struct snug_setting setting = {
        .source = SNUG_FROM_COMMAND, .line = 3, .is_locked = true};
    ck_assert_int_eq(snug_values_parse(SNUG_SCOPE, snug_text_of("all"), &setting), 0);
    ck_assert_int_eq(setting.source, SNUG_FROM_COMMAND);
    ck_assert_uint_eq(setting.line, 3);
    ck_assert(setting.is_locked);
}
END_TEST

START_TEST(a_number_is_no_word)
{
    const struct snug_setting number = {.unit = SNUG_UNIT_COUNT, .number = 1};
    const struct snug_setting word = {.unit = SNUG_UNIT_WORD, .word = 1};
    ck_assert(!snug_values_is(&number, 0));
    ck_assert(!snug_values_is(&word, 0));
    ck_assert(snug_values_is(&word, 1));
}
END_TEST

static const struct {
    enum snug_key key;
    const char *choices;
} told[] = {
    {SNUG_CPU_ROUND, "one of up, down, nearest"},
    {SNUG_CPU_COUNT, "one of auto, off, a number from 1 to 8192"},
    {SNUG_CPU_MIN, "a number from 1 to 8192"},
    {SNUG_CPU_REQUEST, "one of off, env, millicores from 1m to 8192000m"},
    {SNUG_CPU_BURST, "a percentage from 100% to 10000%"},
    {SNUG_MEMORY_HEADROOM,
     "one of measured, a size from 1M such as 256M, a percentage from 0% to 99%, both "
     "as in 10%+100M"},
    {SNUG_NUMA_PLACE, "one of off, auto, local, interleave, node:LIST"},
    {SNUG_FOLLOW_INTERVAL, "a time from 1ms to 3600s"},
    {SNUG_CHILD_PDEATHSIG, "one of off, a signal such as SIGTERM"},
    {SNUG_FOLLOW_ANNOUNCE, "one of none, an absolute path of at most 255 bytes"},
    {SNUG_LOG_FILE, "one of none, an absolute path of at most 255 bytes"},
    {SNUG_MEMORY_LIMIT, "one of auto, off, a size from 4M such as 256M"},
    {SNUG_SPAN_ALIGN, "one of off, a size from 4K to 1G"},
};

START_TEST(the_choices_are_told_in_words)
{
    char text[128];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_values_put_choices(&out, told[_i].key);
    ck_assert_str_eq(text, told[_i].choices);
}
END_TEST

static Suite *values_suite(void)
{
    Suite *suite = suite_create("values");
    TCase *reading = tcase_create("reading");
    tcase_add_loop_test(reading, a_bad_value_is_refused_and_changes_nothing, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_test(reading, a_zero_byte_ends_no_value);
    tcase_add_loop_test(reading, a_good_value_is_taken_and_prints_again, 0,
                        sizeof taken / sizeof *taken);
    tcase_add_test(reading, where_a_value_came_from_is_not_the_parsers_business);
    tcase_add_test(reading, a_number_is_no_word);
    suite_add_tcase(suite, reading);

    TCase *telling = tcase_create("telling");
    tcase_add_loop_test(telling, the_choices_are_told_in_words, 0,
                        sizeof told / sizeof *told);
    suite_add_tcase(suite, telling);
    return suite;
}

int main(void)
{
    return suite_run(values_suite());
}
