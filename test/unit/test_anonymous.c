/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is decided about the anonymous mappings of C code.
 */
#include "machine.h"

#define KIB (1ull << 10)

static const struct cache_row {
    const char *label;
    const char *cache, *memory_limit;
    enum snug_kind kind;
    uint64_t limit_bytes;
    uint64_t bytes;
    enum snug_reason reason;
} cache_rows[] = {
    {"off", "off", "auto", SNUG_SET, 256 * MIB, 0, SNUG_REASON_CACHE_OFF},
    {"below the share", "4M", "auto", SNUG_SET, 256 * MIB, 4 * MIB,
     SNUG_REASON_CACHE_GIVEN},
    {"above the share", "16M", "auto", SNUG_SET, 256 * MIB, 8052736,
     SNUG_REASON_CACHE_SHARE},
    {"at the share", "3M", "auto", SNUG_SET, 100 * MIB, 3 * MIB, SNUG_REASON_CACHE_GIVEN},
    {"no limit", "1G", "auto", SNUG_NONE, 0, 1024 * MIB, SNUG_REASON_CACHE_GIVEN},
    {"unknown limit", "16M", "auto", SNUG_UNKNOWN, 0, 16 * MIB, SNUG_REASON_CACHE_GIVEN},
    {"a given limit is tighter", "16M", "100M", SNUG_SET, 256 * MIB, 3 * MIB,
     SNUG_REASON_CACHE_SHARE},
    {"a given limit is wider", "16M", "1G", SNUG_SET, 100 * MIB, 3 * MIB,
     SNUG_REASON_CACHE_SHARE},
    {"a given limit alone", "16M", "100M", SNUG_NONE, 0, 3 * MIB, SNUG_REASON_CACHE_SHARE},
    {"no limit for Go is none for the kernel", "16M", "off", SNUG_SET, 100 * MIB, 3 * MIB,
     SNUG_REASON_CACHE_SHARE},
    {"whole pages", "9K", "auto", SNUG_NONE, 0, 8 * KIB, SNUG_REASON_CACHE_GIVEN},
    {"less than a page is left", "16M", "auto", SNUG_SET, 128 * KIB, 0,
     SNUG_REASON_MEMORY_NO_ROOM},
};

START_TEST(kept_bytes_are_a_share_of_the_limit_at_most)
{
    const struct cache_row *row = &cache_rows[_i];
    choose("span.cache", row->cache);
    choose("memory.limit", row->memory_limit);
    facts.memory.limit.kind = row->kind;
    facts.memory.limit.bytes = row->limit_bytes;
    make();
    ck_assert_msg(plan.ranges.cache_bytes == row->bytes, "%s: %llu bytes", row->label,
                  (unsigned long long)plan.ranges.cache_bytes);
    ck_assert_msg(plan.ranges.cache_reason == row->reason, "%s: %s", row->label,
                  snug_reason_words(plan.ranges.cache_reason));
    ck_assert_uint_eq(plan.ranges.resident_bytes, row->bytes / 4);
}
END_TEST

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
    enum snug_answer may_recycle;
    enum snug_reason cache, align;
} obstacle_rows[] = {
    {"static", true, true, false, SNUG_YES, SNUG_REASON_STATIC, SNUG_REASON_STATIC},
    {"Go without cgo", true, false, false, SNUG_YES, SNUG_REASON_MAPS_RAW,
     SNUG_REASON_MAPS_RAW},
    {"C that imports no mmap itself", false, false, false, SNUG_YES,
     SNUG_REASON_CACHE_GIVEN, SNUG_REASON_ALIGN_GIVEN},
    {"refused by a filter", true, false, true, SNUG_NO, SNUG_REASON_CACHE_SECCOMP,
     SNUG_REASON_ALIGN_GIVEN},
    {"a filter that nobody has tried", true, false, true, SNUG_MAYBE,
     SNUG_REASON_CACHE_SECCOMP, SNUG_REASON_ALIGN_GIVEN},
};

START_TEST(what_cannot_be_seen_or_called_is_left_alone)
{
    const struct obstacle_row *row = &obstacle_rows[_i];
    choose("scope", "all");
    choose("span.cache", "1M");
    choose("span.align", "2M");
    facts.program.is_go = row->is_go;
    facts.program.is_static = row->is_static;
    facts.program.imports_mmap = row->imports_mmap;
    facts.privileges.may_recycle = row->may_recycle;
    make();
    ck_assert_msg(plan.ranges.cache_reason == row->cache, "%s", row->label);
    ck_assert_msg(plan.ranges.align_reason == row->align, "%s", row->label);
    ck_assert(!plan.ranges.cache_bytes == (row->cache != SNUG_REASON_CACHE_GIVEN));
    ck_assert(!plan.ranges.align_bytes == (row->align != SNUG_REASON_ALIGN_GIVEN));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("anonymous");
    TCase *tcase = tcase_create("anonymous");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, kept_bytes_are_a_share_of_the_limit_at_most, 0,
                        N_ROWS(cache_rows));
    tcase_add_loop_test(tcase, addresses_are_multiples_of_a_power_of_two, 0,
                        N_ROWS(align_rows));
    tcase_add_loop_test(tcase, what_cannot_be_seen_or_called_is_left_alone, 0,
                        N_ROWS(obstacle_rows));
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
