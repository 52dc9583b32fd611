/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Targets from what is seen; and several programs under one limit, played through.
 */
#include <check.h>
#include <stdlib.h>

#include "snug/plan/headroom.h"
#include "suite.h"

#define MIB ((uint64_t)1 << 20)

enum { LOOKS = 200, PROGRAMS_MAX = 4 };

static uint64_t mib(uint64_t bytes)
{
    return bytes / MIB;
}

/* In MiB, at the first look. */
static const struct {
    const char *label;
    uint64_t limit, share, used, ready, live;
    uint64_t target;
    bool is_floor, is_moved; /* Away from what a tenth kept back leaves. */
} firsts[] = {
    {"nothing else", 256, 256, 40, 40, 20, 230, false, false},
    {"a program's own needs", 256, 256, 46, 40, 20, 230, false, false},
    {"less than a tenth by others", 256, 256, 54, 40, 20, 230, false, false},
    {"more than a tenth", 256, 256, 60, 40, 20, 225, false, true},
    {"a C heap", 256, 256, 160, 40, 20, 125, false, true},
    {"more mapped than used", 256, 256, 30, 40, 20, 230, false, false},
    {"a live heap with room", 256, 256, 230, 230, 115, 230, false, false},
    {"one with less", 256, 256, 230, 230, 120, 240, false, true},
    {"one with little", 256, 256, 230, 230, 180, 245, false, true},
    {"the fifth", 500, 500, 490, 10, 5, 100, true, true},
    {"the live heap and a quarter", 256, 256, 250, 110, 100, 125, true, true},
    {"a live heap as large as the limit", 256, 256, 256, 250, 240, 239, false, true},
    {"a large live heap, and others", 256, 256, 250, 225, 200, 230, true, false},
    {"a large live heap, and few others", 256, 256, 230, 225, 200, 240, false, true},
    {"a half", 256, 128, 40, 40, 20, 114, false, false},
    {"a half, and a large live heap", 256, 128, 110, 110, 100, 117, false, true},
    {"a half, and others", 256, 128, 190, 40, 20, 95, false, true},
    {"a small share of much", 4096, 8, 40, 40, 20, 7, false, false},
    {"a live heap as large as its share", 4096, 512, 500, 490, 480, 460, false, false},
    {"a large limit", 16384, 16384, 40, 40, 20, 14744, false, false},
    {"a large limit, and a large live heap", 16384, 16384, 14000, 14000, 9000, 16320, false,
     true},
    {"a live heap that is no number", 256, 256, 40, 40, UINT64_MAX / MIB, 245, false, true},
};

START_TEST(the_target_is_what_others_leave)
{
    struct snug_headroom state = {0};
    const struct snug_headroom_sight sight = {
        firsts[_i].limit * MIB, firsts[_i].share * MIB, firsts[_i].used * MIB,
        firsts[_i].ready * MIB, firsts[_i].live * MIB,
    };
    const bool is_moved = snug_headroom_step(&sight, &state);
    ck_assert_msg(
        mib(state.target_bytes) == firsts[_i].target &&
            state.is_floor == firsts[_i].is_floor && is_moved == firsts[_i].is_moved,
        "%s: %llu", firsts[_i].label, (unsigned long long)mib(state.target_bytes));
}
END_TEST

START_TEST(it_falls_at_once_and_rises_slowly)
{
    struct snug_headroom state = {0};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 150 * MIB, 140 * MIB,
                                        118 * MIB};
    ck_assert(snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(mib(state.target_bytes), 235);
    sight.used_bytes = 190 * MIB;
    ck_assert(snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(mib(state.target_bytes), 155); /* As much again may come. */
    ck_assert(state.is_restless);
    sight.used_bytes = 150 * MIB;
    ck_assert(snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(mib(state.target_bytes), 165); /* An eighth of the way. */
    ck_assert(!state.is_restless);
    for (int i = 0; i < 40; i++)
        (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_ge(mib(state.target_bytes), 232);
    ck_assert_uint_le(mib(state.target_bytes), 235);
}
END_TEST

/* What is free for the next one is no less than with a tenth kept back, for ten minutes. */
START_TEST(others_that_have_jumped_may_do_so_again)
{
    struct snug_headroom state = {.n_first = 16};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 205 * MIB, 200 * MIB,
                                        180 * MIB};
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(mib(state.target_bytes), 240);
    sight.used_bytes += 10 * MIB; /* The reserve is larger. */
    (void)snug_headroom_step(&sight, &state);
    sight.used_bytes -= 10 * MIB;
    for (int i = 0; i < 60; i++)
        (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_ge(mib(state.target_bytes), 238);
    sight.used_bytes += 11 * MIB;
    (void)snug_headroom_step(&sight, &state);
    sight.used_bytes -= 11 * MIB;
    for (int i = 0; i < 599; i++) {
        (void)snug_headroom_step(&sight, &state);
        ck_assert_uint_le(mib(state.target_bytes), 230);
    }
    ck_assert_uint_ge(mib(state.target_bytes), 228);
    for (int i = 0; i < 2; i++)
        (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_ge(mib(state.target_bytes), 238);
}
END_TEST

START_TEST(what_a_start_takes_is_no_jump)
{
    struct snug_headroom state = {0};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 202 * MIB, 200 * MIB,
                                        180 * MIB};
    (void)snug_headroom_step(&sight, &state);
    sight.used_bytes += 12 * MIB;
    for (int i = 0; i < 60; i++)
        (void)snug_headroom_step(&sight, &state);
    sight.used_bytes -= 12 * MIB;
    for (int i = 0; i < 60; i++)
        (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_ge(mib(state.target_bytes), 240);
}
END_TEST

/* Two seconds of looks once a second; a program that starts grows fast itself. */
START_TEST(the_first_looks_come_soon)
{
    struct snug_headroom state = {0};
    const struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 50 * MIB, 40 * MIB,
                                              20 * MIB};
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 1000); /* Nothing is measured. */
    for (int i = 1; i < 16; i++) {
        (void)snug_headroom_step(&sight, &state);
        ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 125);
        ck_assert_uint_eq(snug_headroom_rest_ms(&state, 7), 7);
    }
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 1000);
    state.is_restless = true;
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 125);
}
END_TEST

START_TEST(growth_is_looked_at_sooner_until_it_is_slow)
{
    struct snug_headroom state = {0};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 50 * MIB, 40 * MIB, 20 * MIB};
    (void)snug_headroom_step(&sight, &state);
    ck_assert(!state.is_restless); /* It was there before. */
    sight.used_bytes += MIB;
    (void)snug_headroom_step(&sight, &state);
    ck_assert(!state.is_restless);
    sight.used_bytes += 3 * MIB;
    (void)snug_headroom_step(&sight, &state);
    ck_assert(state.is_restless);
    sight.used_bytes += MIB; /* In an eighth of the time. */
    (void)snug_headroom_step(&sight, &state);
    ck_assert(state.is_restless);
    (void)snug_headroom_step(&sight, &state);
    ck_assert(!state.is_restless);
}
END_TEST

/* With a tenth kept back, so much would be free; a jump of less than that is met in time.
 */
START_TEST(it_is_looked_sooner_where_little_is_free)
{
    struct snug_headroom state = {.n_first = 16};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 245 * MIB, 235 * MIB,
                                        20 * MIB};
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 125);
    sight.used_bytes = 235 * MIB;
    const uint64_t peak = state.others_bytes;
    for (int i = 0; i < 7; i++)
        (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(state.others_bytes, peak); /* It fades by the second. */
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_lt(state.others_bytes, peak);
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 125);
    sight.used_bytes = 225 * MIB;
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(snug_headroom_rest_ms(&state, 1000), 1000);
}
END_TEST

/* Until others are at rest again, the target may be lower by then. */
START_TEST(less_than_a_tenth_free_by_its_own_will_is_exposed)
{
    struct snug_headroom state = {.n_first = 16};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 240 * MIB, 235 * MIB,
                                        180 * MIB};
    ck_assert(!snug_headroom_is_exposed(&state));
    (void)snug_headroom_step(&sight, &state);
    ck_assert(snug_headroom_is_exposed(&state));
    sight.used_bytes += 10 * MIB;
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_lt(mib(state.target_bytes), 230);
    ck_assert(snug_headroom_is_exposed(&state));
    (void)snug_headroom_step(&sight, &state);
    ck_assert(!snug_headroom_is_exposed(&state));
    state = (struct snug_headroom){.n_first = 16};
    sight.used_bytes = 230 * MIB;
    sight.ready_bytes = 225 * MIB;
    (void)snug_headroom_step(&sight, &state); /* It has not filled what it may. */
    ck_assert(!snug_headroom_is_exposed(&state));
    sight =
        (struct snug_headroom_sight){256 * MIB, 256 * MIB, 240 * MIB, 235 * MIB, 80 * MIB};
    (void)snug_headroom_step(&sight, &state); /* As with a tenth kept back. */
    ck_assert(!state.is_above);
}
END_TEST

START_TEST(less_than_a_hundredth_is_not_worth_a_write)
{
    struct snug_headroom state = {0};
    struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 60 * MIB, 40 * MIB, 20 * MIB};
    (void)snug_headroom_step(&sight, &state);
    const uint64_t before = state.target_bytes;
    sight.used_bytes += MIB / 4;
    ck_assert(!snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(state.target_bytes, before);
    for (unsigned i = 0; i < 9; i++) {
        sight.used_bytes += MIB / 4;
        ck_assert(snug_headroom_step(&sight, &state) == (i == 8));
    }
    ck_assert_uint_eq(state.target_bytes, before - MIB / 4 * 10);
}
END_TEST

/* Not at the first look either. */
START_TEST(nor_is_it_at_the_first_look)
{
    struct snug_headroom state = {0};
    const struct snug_headroom_sight sight = {256 * MIB, 256 * MIB, 56 * MIB, 40 * MIB,
                                              20 * MIB};
    ck_assert(!snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(state.target_bytes, 230 * MIB); /* And not 229.3. */
}
END_TEST

START_TEST(a_limit_that_falls_takes_the_target_along)
{
    struct snug_headroom state = {0};
    struct snug_headroom_sight sight = {512 * MIB, 512 * MIB, 50 * MIB, 40 * MIB, 20 * MIB};
    (void)snug_headroom_step(&sight, &state);
    ck_assert_uint_eq(mib(state.target_bytes), 460);
    sight.limit_bytes = sight.share_bytes = 256 * MIB;
    ck_assert(snug_headroom_step(&sight, &state));
    ck_assert_uint_eq(mib(state.target_bytes), 230);
}
END_TEST

/* A Go program: what it has mapped runs up to its target or twice its live heap, whichever
 * is less, and never below what lives. Each grows as fast as it may. */
struct program {
    uint64_t live, ready;
    struct snug_headroom state;
};

static uint64_t goal_of(const struct program *program)
{
    const uint64_t free = 2 * program->live;
    const uint64_t target = program->state.target_bytes;
    const uint64_t ret = free < target ? free : target;
    return ret < program->live ? program->live : ret;
}

static const struct play {
    const char *label;
    uint64_t n, live[PROGRAMS_MAX], others, limit;
} plays[] = {
    {"two alike", 2, {60, 60}, 10, 256},
    {"two unlike", 2, {100, 20}, 10, 256},
    {"four alike", 4, {40, 40, 40, 40}, 10, 256},
    {"one small among three large", 4, {10, 60, 60, 60}, 10, 256},
    {"beside a C heap", 2, {50, 50}, 80, 256},
    {"room for all", 2, {50, 50}, 10, 1024},
};

/* Their looks come one after the other, and all allocate in between. */
START_TEST(several_programs_come_to_rest)
{
    const struct play *play = &plays[_i];
    struct program program[PROGRAMS_MAX] = {0};
    uint64_t most = 0;
    uint64_t last[PROGRAMS_MAX] = {0};
    for (unsigned i = 0; i < play->n; i++) {
        program[i].live = play->live[i] * MIB;
        program[i].state.target_bytes = play->limit * MIB / 10 * 9;
        program[i].ready = program[i].live;
    }
    for (unsigned look = 0; look < LOOKS; look++)
        for (unsigned i = 0; i < play->n; i++) {
            uint64_t used = play->others * MIB;
            for (unsigned j = 0; j < play->n; j++)
                used += program[j].ready;
            if (look > LOOKS / 2 && used > most)
                most = used;
            const struct snug_headroom_sight sight = {play->limit * MIB, play->limit * MIB,
                                                      used, program[i].ready,
                                                      program[i].live};
            (void)snug_headroom_step(&sight, &program[i].state);
            for (unsigned j = 0; j < play->n; j++) {
                const uint64_t goal = goal_of(&program[j]);
                const uint64_t step = 4 * MIB; /* How much it allocates meanwhile. */
                if (program[j].ready > goal)
                    program[j].ready = goal;
                else
                    program[j].ready +=
                        goal - program[j].ready < step ? goal - program[j].ready : step;
            }
            if (look == LOOKS - 10)
                last[i] = program[i].ready;
        }
    ck_assert_msg(most < play->limit * MIB, "%s: %llu MiB in use", play->label,
                  (unsigned long long)mib(most));
    for (unsigned i = 0; i < play->n; i++) {
        const uint64_t now = program[i].ready;
        const uint64_t distance = now > last[i] ? now - last[i] : last[i] - now;
        ck_assert_msg(distance <= play->limit * MIB / 50,
                      "%s: program %u moves: %llu, %llu", play->label, i,
                      (unsigned long long)mib(last[i]), (unsigned long long)mib(now));
        ck_assert_msg(now >= program[i].live + program[i].live / 8,
                      "%s: program %u has %llu", play->label, i,
                      (unsigned long long)mib(now));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("headroom");
    TCase *tcase = tcase_create("headroom");
    tcase_add_loop_test(tcase, the_target_is_what_others_leave, 0,
                        sizeof firsts / sizeof *firsts);
    tcase_add_test(tcase, it_falls_at_once_and_rises_slowly);
    tcase_add_test(tcase, others_that_have_jumped_may_do_so_again);
    tcase_add_test(tcase, what_a_start_takes_is_no_jump);
    tcase_add_test(tcase, less_than_a_tenth_free_by_its_own_will_is_exposed);
    tcase_add_test(tcase, the_first_looks_come_soon);
    tcase_add_test(tcase, growth_is_looked_at_sooner_until_it_is_slow);
    tcase_add_test(tcase, it_is_looked_sooner_where_little_is_free);
    tcase_add_test(tcase, less_than_a_hundredth_is_not_worth_a_write);
    tcase_add_test(tcase, nor_is_it_at_the_first_look);
    tcase_add_test(tcase, a_limit_that_falls_takes_the_target_along);
    tcase_add_loop_test(tcase, several_programs_come_to_rest, 0,
                        sizeof plays / sizeof *plays);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
