/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is decided about the anonymous mappings of C code.
 */
#include "machine.h"

#define KIB (1ull << 10)

static const struct align_row {
    const char *align;
    uint64_t bytes;
    enum snug_reason reason;
} align_rows[] = {
    {"off", 0, SNUG_REASON_ALIGN_OFF},
    {"2M", 2 * MIB, SNUG_REASON_ALIGN_GIVEN},
    {"4K", 4 * KIB, SNUG_REASON_ALIGN_GIVEN},
    {"1G", 1024 * MIB, SNUG_REASON_ALIGN_GIVEN},
    {"3M", 2 * MIB, SNUG_REASON_ALIGN_ROUNDED},
    {"4097", 4 * KIB, SNUG_REASON_ALIGN_ROUNDED},
    {"1073741823", 512 * MIB, SNUG_REASON_ALIGN_ROUNDED},
};

START_TEST(addresses_are_multiples_of_a_power_of_two)
{
    const struct align_row *row = &align_rows[_i];
    choose("span.align", row->align);
    make();
    ck_assert_msg(plan.ranges.align_bytes == row->bytes, "%s: %llu", row->align,
                  (unsigned long long)plan.ranges.align_bytes);
    ck_assert_int_eq(plan.ranges.align_reason, row->reason);
}
END_TEST

static const struct obstacle_row {
    const char *label;
    bool is_go, is_static, imports_mmap;
    enum snug_reason align;
} obstacle_rows[] = {
    {"static", true, true, false, SNUG_REASON_STATIC},
    {"Go without cgo", true, false, false, SNUG_REASON_MAPS_RAW},
    {"C that imports no mmap itself", false, false, false, SNUG_REASON_ALIGN_GIVEN},
};

START_TEST(what_cannot_be_seen_is_left_alone)
{
    const struct obstacle_row *row = &obstacle_rows[_i];
    choose("scope", "all");
    choose("span.align", "2M");
    facts.program.is_go = row->is_go;
    facts.program.is_static = row->is_static;
    facts.program.imports_mmap = row->imports_mmap;
    make();
    ck_assert_msg(plan.ranges.align_reason == row->align, "%s", row->label);
    ck_assert(!plan.ranges.align_bytes == (row->align != SNUG_REASON_ALIGN_GIVEN));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("anonymous");
    TCase *tcase = tcase_create("anonymous");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, addresses_are_multiples_of_a_power_of_two, 0,
                        N_ROWS(align_rows));
    tcase_add_loop_test(tcase, what_cannot_be_seen_is_left_alone, 0, N_ROWS(obstacle_rows));
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
