/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The record of who a process's parent is, and what follows from it.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/facts/tie.h"

static const struct word_row {
    const char *label;
    const char *record;
    struct snug_tie tie;
} word_rows[] = {
    {"no record", "PATH=/bin", {0}},
    {"an empty record", "SNUG_SET=", {0}},
    {"values only", "SNUG_SET=GOMEMLIMIT=1 GOMAXPROCS=2", {0}},
    {"another variable", "SNUG_SETS=pdeathsig=15:4711:123:9:7", {0}},
    {"no process", "SNUG_SET=pdeathsig=15", {0}},
    {"no start time", "SNUG_SET=pdeathsig=15:4711", {0}},
    {"no group", "SNUG_SET=pdeathsig=15:4711:123:9", {0}},
    {"no namespace", "SNUG_SET=pdeathsig=15:4711:123", {0}},
    {"one field too many", "SNUG_SET=pdeathsig=15:4711:123:9:7:9", {0}},
    {"an empty last field", "SNUG_SET=pdeathsig=15:4711:123:9:7:", {0}},
    {"signal 0", "SNUG_SET=pdeathsig=0:4711:123:9:7", {0}},
    {"signal 65", "SNUG_SET=pdeathsig=65:4711:123:9:7", {0}},
    {"a signal's name", "SNUG_SET=pdeathsig=TERM:4711:123:9:7", {0}},
    {"process 0", "SNUG_SET=pdeathsig=15:0:123:9:7", {0}},
    {"a negative process", "SNUG_SET=pdeathsig=15:-1:123:9:7", {0}},
    {"a process that no kernel has", "SNUG_SET=pdeathsig=15:4194305:123:9:7", {0}},
    {"out of range", "SNUG_SET=pdeathsig=15:4711:18446744073709551616:9:7", {0}},
    {"a tie alone", "SNUG_SET=pdeathsig=15:4711:123:9:7", {15, 4711, 123, 9, 7}},
    {"behind values", "SNUG_SET=GOMEMLIMIT=1 pdeathsig=64:1:0:0:7", {64, 1, 0, 0, 7}},
    {"the largest",
     "SNUG_SET=pdeathsig=1:4194304:18446744073709551615:18446744073709551615:4194304",
     {1, 4194304, UINT64_MAX, UINT64_MAX, 4194304}},
    {"the first of two",
     "SNUG_SET=pdeathsig=9:2:3:4:7 pdeathsig=15:4:5:6:7",
     {9, 2, 3, 4, 7}},
};

START_TEST(a_tie_is_read_from_the_record)
{
    const struct word_row *row = &word_rows[_i];
    char *const entries[] = {(char *)row->record, NULL};
    const struct snug_tie tie = snug_tie_read(entries);
    ck_assert_msg(tie.signal == row->tie.signal && tie.pid == row->tie.pid &&
                      tie.start_ticks == row->tie.start_ticks &&
                      tie.namespace == row->tie.namespace && tie.group == row->tie.group,
                  "%s", row->label);
}
END_TEST

START_TEST(no_entries_are_no_tie)
{
    ck_assert_uint_eq(snug_tie_read(NULL).signal, 0);
}
END_TEST

static const struct {
    const char *before;
    const char *after;
} replace_rows[] = {
    {"", "pdeathsig=15:7:8:9:6"},
    {"pdeathsig=15:4711:123:9:7", "pdeathsig=15:7:8:9:6"},
    {"GOMEMLIMIT=1 pdeathsig=15:4711:123:9:7", "GOMEMLIMIT=1 pdeathsig=15:7:8:9:6"},
    {"pdeathsig=9:1:1:1:1 GOMEMLIMIT=1 GOGC=off",
     "GOMEMLIMIT=1 GOGC=off pdeathsig=15:7:8:9:6"},
};

START_TEST(a_process_takes_its_parents_place_in_the_record)
{
    const struct snug_tie tie = {15, 7, 8, 9, 6};
    char text[128];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_tie_replace(&out, snug_text_of(replace_rows[_i].before), &tie);
    ck_assert_str_eq(text, replace_rows[_i].after);
}
END_TEST

static const struct {
    const char *stat;
    uint64_t ticks;
    uint64_t group;
} stat_rows[] = {
    {"", 0, 0},
    {"4711", 0, 0},
    {"4711 (sh) S 1 2 3", 0, 0},
    {"4711 (sh) S 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0", 0, 0},
    {"4711 (sh) S 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 -5 2", 0, 0},
    {"4711 (sh) S 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876 2596864 23\n", 9876,
     3},
    {"4711 (sh) Z 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876 0 0\n", 0, 0},
    {"4712 (sh) S 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876 2596864 23\n", 0, 0},
    {"4711 (a) b (c d) R 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876 2", 9876, 3},
    {"4711 () S 1 3 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876", 9876, 3},
    {"4711 (sh) S 1 -1 3 0 -1 4194560 142 0 0 0 0 0 0 0 20 0 1 0 9876", 0, 0},
};

START_TEST(start_time_and_group_are_the_twenty_second_and_the_fifth_field)
{
    struct snug_tie tie = {.start_ticks = 1, .group = 1};
    snug_tie_take_stat(&tie, snug_text_of(stat_rows[_i].stat), 4711);
    ck_assert_uint_eq(tie.start_ticks, stat_rows[_i].ticks);
    ck_assert_uint_eq(tie.group, stat_rows[_i].group);
}
END_TEST

/* The tie names process 100 of group 90, which started at 1000. */
static const struct {
    const char *label;
    uint64_t tie_ticks;
    struct snug_tie_view view;
    enum snug_kin kin;
} kin_rows[] = {
    {"executed anew", 1000, {100, 9, 90, 50, 0, 3, 0}, SNUG_KIN_SELF},
    {"a child", 1000, {101, 9, 90, 100, 0, 3, 0}, SNUG_KIN_CHILD},
    {"handed to an older process", 1000, {101, 9, 90, 50, 999, 3, 0}, SNUG_KIN_ORPHAN},
    {"the id is another's by now", 1000, {101, 9, 90, 50, 999, 3, 2000}, SNUG_KIN_ORPHAN},
    {"handed to one of the same tick", 1000, {101, 9, 90, 1, 1000, 3, 0}, SNUG_KIN_ORPHAN},
    {"the parent's start is unknown", 1000, {101, 9, 90, 1, 0, 3, 0}, SNUG_KIN_FAR},
    {"the named one's start is unknown", 0, {101, 9, 90, 50, 999, 3, 0}, SNUG_KIN_FAR},
    {"a copy's child", 1000, {102, 9, 90, 101, 1001, 3, 1000}, SNUG_KIN_FAR},
    {"a copy's child, the named one gone",
     1000,
     {102, 9, 90, 101, 1001, 3, 0},
     SNUG_KIN_FAR},
    {"a copy of the same tick", 1000, {102, 9, 90, 101, 1000, 3, 0}, SNUG_KIN_FAR},
    {"ids gone around", 1000, {102, 9, 90, 99, 1001, 3, 0}, SNUG_KIN_FAR},
    {"a copy's orphan, the named one alive",
     1000,
     {102, 9, 90, 50, 999, 3, 1000},
     SNUG_KIN_FAR},
    {"the parent is in an outer namespace", 1000, {1, 9, 90, 0, 0, 3, 0}, SNUG_KIN_FAR},
    {"another namespace, the same id", 1000, {100, 8, 90, 1, 0, 3, 0}, SNUG_KIN_FAR},
    {"another namespace, the parent's id", 1000, {2, 8, 90, 100, 0, 3, 0}, SNUG_KIN_FAR},
    {"another namespace, older", 1000, {2, 8, 90, 1, 999, 3, 0}, SNUG_KIN_FAR},
    {"an unknown namespace", 1000, {101, 0, 90, 100, 0, 3, 0}, SNUG_KIN_FAR},
    {"the parent's id was given anew",
     1000,
     {101, 9, 90, 100, 1001, 3, 1001},
     SNUG_KIN_FAR},
    {"started by who learned the tie", 1000, {101, 9, 90, 50, 999, 90, 0}, SNUG_KIN_FAR},
    {"the same, in a group of its own", 1000, {101, 9, 101, 50, 999, 3, 0}, SNUG_KIN_FAR},
    {"the same, in another's group", 1000, {101, 9, 80, 50, 999, 3, 0}, SNUG_KIN_FAR},
    {"its own group is an outer one", 1000, {101, 9, 0, 50, 999, 3, 0}, SNUG_KIN_FAR},
    {"the parent's group is an outer one",
     1000,
     {101, 9, 90, 50, 999, 0, 0},
     SNUG_KIN_ORPHAN},
};

START_TEST(only_who_lost_the_named_parent_is_an_orphan)
{
    const struct snug_tie tie = {15, 100, kin_rows[_i].tie_ticks, 9, 90};
    const enum snug_kin kin = snug_tie_kin(&tie, &kin_rows[_i].view);
    ck_assert_msg(kin == kin_rows[_i].kin, "%s: %d", kin_rows[_i].label, kin);
}
END_TEST

START_TEST(without_namespaces_nobody_is_kin)
{
    const struct snug_tie tie = {15, 100, 1000, 0, 90};
    const struct snug_tie_view view = {.pid = 101, .parent = 100};
    ck_assert_int_eq(snug_tie_kin(&tie, &view), SNUG_KIN_FAR);
}
END_TEST

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows)[0])

int main(void)
{
    Suite *suite = suite_create("tie");
    TCase *tcase = tcase_create("tie");
    tcase_add_loop_test(tcase, a_tie_is_read_from_the_record, 0, N_ROWS(word_rows));
    tcase_add_test(tcase, no_entries_are_no_tie);
    tcase_add_loop_test(tcase, a_process_takes_its_parents_place_in_the_record, 0,
                        N_ROWS(replace_rows));
    tcase_add_loop_test(tcase,
                        start_time_and_group_are_the_twenty_second_and_the_fifth_field, 0,
                        N_ROWS(stat_rows));
    tcase_add_loop_test(tcase, only_who_lost_the_named_parent_is_an_orphan, 0,
                        N_ROWS(kin_rows));
    tcase_add_test(tcase, without_namespaces_nobody_is_kin);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
