/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of the runtime's memory limit, from look to look.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/plan/target.h"

#define MIB      (1ull << 20)
#define NO_LIMIT (INT64_MAX / MIB)

/* All in MiB. The plan wants a tenth less than the limit. */
static const struct {
    const char *label;
    uint64_t stored, wanted; /* Before. */
    uint64_t seen, live, held;
    uint64_t limit; /* 0: there is none now. */
    bool moves;
    uint64_t becomes; /* What is stored then. */
} rows[] = {
    {"nothing has changed", 90, 90, 90, 10, 20, 100, false, 90},
    {"a limit that grows", 90, 90, 90, 10, 20, 200, true, 180},
    {"a limit that goes", 90, 90, 90, 10, 20, 0, true, NO_LIMIT},
    {"a limit that comes", NO_LIMIT, NO_LIMIT, NO_LIMIT, 10, 20, 100, true, 90},
    {"a limit that shrinks", 180, 180, 180, 10, 20, 100, true, 90},
    {"a live heap that needs more", 180, 180, 180, 76, 120, 100, true, 95},
    {"a live heap that has shrunk since", 95, 90, 95, 10, 20, 100, true, 90},
    {"a live heap that has shrunk little", 95, 90, 95, 75, 120, 100, false, 95},
    {"a limit that shrinks little under a large live heap", 90, 90, 90, 85, 88, 98, true,
     88},
    {"a limit that shrinks little under a larger one", 90, 90, 90, 88, 100, 98, false, 90},
    {"the program's own is lower", 90, 90, 50, 10, 20, 200, false, 90},
    {"the program's own is higher", 90, 90, 150, 10, 20, 100, false, 90},
    {"the program's own is above a new limit", 180, 180, 300, 10, 20, 100, true, 90},
};

enum { N_ROWS = sizeof rows / sizeof *rows };

START_TEST(the_word_follows_the_plan)
{
    const struct snug_memory_plan memory = {
        .reason = rows[_i].limit ? SNUG_REASON_MEMORY_LIMIT : SNUG_REASON_MEMORY_NO_LIMIT,
        .go_limit_bytes = rows[_i].limit * MIB / 10 * 9 / MIB * MIB,
        .limit_bytes = rows[_i].limit * MIB,
    };
    const struct snug_target_sight sight = {rows[_i].seen == NO_LIMIT ? INT64_MAX
                                                                      : rows[_i].seen * MIB,
                                            rows[_i].live * MIB, rows[_i].held * MIB};
    struct snug_target target = {
        rows[_i].stored == NO_LIMIT ? INT64_MAX : rows[_i].stored * MIB,
        rows[_i].wanted == NO_LIMIT ? INT64_MAX : rows[_i].wanted * MIB, 0};
    enum snug_reason reason;
    const bool moves = snug_target_move(&target, &memory, &sight, &reason);
    ck_assert_msg(moves == rows[_i].moves, "%s", rows[_i].label);
    ck_assert_msg(target.stored_bytes / MIB == rows[_i].becomes, "%s: %llu", rows[_i].label,
                  (unsigned long long)(target.stored_bytes / MIB));
}
END_TEST

START_TEST(what_is_unknown_or_fixed_moves_nothing)
{
    static const enum snug_reason reasons[] = {
        SNUG_REASON_MEMORY_UNKNOWN, SNUG_REASON_MEMORY_TOO_SMALL, SNUG_REASON_USER_VALUE};
    struct snug_target target = {90 * MIB, 90 * MIB, 0};
    const struct snug_memory_plan memory = {.reason = reasons[_i]};
    ck_assert(!snug_target_is_due(&target, &memory, 90 * MIB));
}
END_TEST

/* By a policy that has changed, beside a limit or without one. */
START_TEST(a_size_that_is_given_is_wanted)
{
    const struct snug_target_sight sight = {90 * MIB, 10 * MIB, 20 * MIB};
    const struct snug_memory_plan memory = {.reason = SNUG_REASON_MEMORY_GIVEN,
                                            .go_limit_bytes = 50 * MIB,
                                            .limit_bytes = _i ? 100 * MIB : 0};
    struct snug_target target = {90 * MIB, 90 * MIB, 0};
    enum snug_reason reason;
    ck_assert(snug_target_move(&target, &memory, &sight, &reason));
    ck_assert_uint_eq(target.stored_bytes, 50 * MIB);
    ck_assert_int_eq(reason, SNUG_REASON_MEMORY_GIVEN);
    ck_assert(!snug_target_is_due(&target, &memory, 50 * MIB));
}
END_TEST

/* What others hold is not the live heap's. */
START_TEST(what_was_measured_has_its_floor)
{
    const struct snug_target_sight sight = {245 * MIB, 200 * MIB, 240 * MIB};
    const struct snug_memory_plan memory = {.reason = SNUG_REASON_MEMORY_LIMIT,
                                            .go_limit_bytes = 230 * MIB,
                                            .is_measured = true,
                                            .limit_bytes = 256 * MIB};
    struct snug_target target = {245 * MIB, 245 * MIB, 0};
    enum snug_reason reason;
    ck_assert(snug_target_move(&target, &memory, &sight, &reason));
    ck_assert_uint_eq(target.stored_bytes, 230 * MIB);
    ck_assert_int_eq(reason, SNUG_REASON_MEMORY_LIMIT);
}
END_TEST

/* The live heap is too large for the target; it was before, and is no reason for more. */
START_TEST(what_was_given_is_taken_back_in_full)
{
    struct snug_target_sight sight = {230 * MIB, 200 * MIB, 220 * MIB};
    struct snug_memory_plan memory = {.reason = SNUG_REASON_MEMORY_LIMIT,
                                      .go_limit_bytes = 238 * MIB,
                                      .given_bytes = 8 * MIB,
                                      .limit_bytes = 256 * MIB};
    struct snug_target target = {230 * MIB, 230 * MIB, 0};
    enum snug_reason reason;
    ck_assert(snug_target_move(&target, &memory, &sight, &reason));
    ck_assert_uint_eq(target.stored_bytes, 238 * MIB);
    sight.seen_bytes = 238 * MIB;
    memory.given_bytes = 0;
    memory.go_limit_bytes = 230 * MIB;
    ck_assert(snug_target_move(&target, &memory, &sight, &reason));
    ck_assert_uint_eq(target.stored_bytes, 230 * MIB);
    ck_assert_int_eq(reason, SNUG_REASON_MEMORY_LIMIT);
}
END_TEST

/* A limit that shrinks at that moment goes down to the floor. */
START_TEST(what_was_given_does_not_hide_a_shrink)
{
    const struct snug_target_sight sight = {238 * MIB, 100 * MIB, 220 * MIB};
    const struct snug_memory_plan memory = {.reason = SNUG_REASON_MEMORY_LIMIT,
                                            .go_limit_bytes = 117 * MIB,
                                            .limit_bytes = 130 * MIB};
    struct snug_target target = {238 * MIB, 238 * MIB, 8 * MIB};
    enum snug_reason reason;
    ck_assert(snug_target_move(&target, &memory, &sight, &reason));
    ck_assert_uint_eq(target.stored_bytes / MIB, 125);
    ck_assert_int_eq(reason, SNUG_REASON_FOLLOW_FLOOR);
}
END_TEST

START_TEST(what_is_shown_is_what_is_wanted)
{
    const struct snug_target kept = {90 * MIB, 90 * MIB, 0};
    const struct snug_target higher = {90 * MIB, 180 * MIB, 0};
    ck_assert_uint_eq(snug_target_shown(&kept, 50 * MIB), 50 * MIB);
    ck_assert_uint_eq(snug_target_shown(&higher, 90 * MIB), 180 * MIB);
    ck_assert_uint_eq(snug_target_shown(&kept, INT64_MAX), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *tcase = tcase_create("target");
    tcase_add_loop_test(tcase, the_word_follows_the_plan, 0, N_ROWS);
    tcase_add_loop_test(tcase, what_is_unknown_or_fixed_moves_nothing, 0, 3);
    tcase_add_loop_test(tcase, a_size_that_is_given_is_wanted, 0, 2);
    tcase_add_test(tcase, what_was_measured_has_its_floor);
    tcase_add_test(tcase, what_was_given_is_taken_back_in_full);
    tcase_add_test(tcase, what_was_given_does_not_hide_a_shrink);
    tcase_add_test(tcase, what_is_shown_is_what_is_wanted);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
