/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The list of needed system calls: what releases differ in, and who makes what.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "snug/base/calls.h"
#include "snug/plan/needs.h"
#include "suite.h"

enum {
    GO = SNUG_NEEDS_GO,
    LIBC = SNUG_NEEDS_LIBC,
    SNUG = SNUG_NEEDS_SNUG,
    MUSL = SNUG_NEEDS_MUSL,
    START = SNUG_NEEDS_AT_START,
    FOLLOW = SNUG_NEEDS_FOLLOW,
    RARE = SNUG_NEEDS_RARE,
    EVERYONE = GO | LIBC | SNUG,
    ANYONE = EVERYONE | MUSL | FOLLOW | RARE | START,
};

static bool needs(unsigned go_minor, unsigned who, int number)
{
    struct snug_need need;
    for (unsigned at = 0; snug_needs_next(go_minor, who, &at, &need);)
        if (need.number == number)
            return true;
    return false;
}

static const struct {
    const char *label;
    unsigned go_minor;
    unsigned who;
    int number;
    bool is_needed;
} rows[] = {
    {"poller's pipe until 1.22", 22, EVERYONE, SYS_pipe2, true},
    {"poller's pipe from 1.23", 23, EVERYONE, SYS_pipe2, false},
    {"poller's event until 1.22", 22, EVERYONE, SYS_eventfd2, false},
    {"poller's event from 1.23", 23, EVERYONE, SYS_eventfd2, true},
    {"names for memory until 1.24", 24, EVERYONE, SYS_prctl, false},
    {"names for memory from 1.25", 25, EVERYONE, SYS_prctl, true},
    {"affinity at start", 24, EVERYONE | START, SYS_sched_getaffinity, true},
    {"affinity after the start until 1.24", 24, EVERYONE, SYS_sched_getaffinity, false},
    {"affinity after the start from 1.25", 25, EVERYONE, SYS_sched_getaffinity, true},
    {"timers until 1.17", 17, EVERYONE, SYS_timer_create, false},
    {"timers from 1.18", 18, EVERYONE, SYS_timer_create, true},

    {"Go's limit of files from 1.24", 24, GO | START, SYS_prlimit64, true},
#ifdef SYS_open
    {"glibc's loader", 0, EVERYONE | START, SYS_open, false},
    {"musl's loader", 0, EVERYONE | MUSL | START, SYS_open, true},
    {"musl's loader is not the follower's", 0, EVERYONE | FOLLOW | START, SYS_open, false},
#endif
#ifdef SYS_setrlimit
    {"limits are not raised in 1.18", 18, GO | START, SYS_setrlimit, false},
#endif
#if defined(__x86_64__)
    {"limits are not asked for by prlimit64 until 1.23", 23, GO | START, SYS_prlimit64,
     false},
    {"limits are raised until 1.23", 23, GO | START, SYS_setrlimit, true},
    {"limits are raised by another call from 1.24", 24, GO | START, SYS_setrlimit, false},
#else
    {"limits are raised by prlimit64 from 1.19", 19, GO | START, SYS_prlimit64, true},
#endif
    {"what was stopped goes on", 17, GO, SYS_restart_syscall, true},
    {"a profile's clock is set", 18, GO, SYS_timer_settime, true},
    {"a profile's clock ends", 18, GO, SYS_timer_delete, true},
    {"no profile's clock in 1.17", 17, GO, SYS_timer_settime, false},
    {"nobody opens within a root", 0, ANYONE, SYS_openat2, false},
    {"memory is placed by few", 0, EVERYONE | START, SYS_mbind, false},
    {"memory is placed by some", 0, SNUG | RARE, SYS_mbind, true},
    {"unknown release is the newest", 0, EVERYONE, SYS_eventfd2, true},
    {"Go maps memory", 17, GO, SYS_mmap, true},
    {"snug maps a page for what it tries", 17, SNUG | START, SYS_mmap, true},
    {"snug maps nothing later", 17, SNUG, SYS_mmap, false},
    {"snug writes lines", 0, SNUG, SYS_write, true},
    {"libc starts threads", 0, LIBC, SYS_clone3, true},
    {"the runtime starts none that way", 0, GO, SYS_clone3, false},
    {"nobody", 0, 0, SYS_write, false},
    {"execve at start", 0, EVERYONE | START, SYS_execve, true},
    {"execve after the start", 0, EVERYONE, SYS_execve, false},
};

START_TEST(a_release_needs_its_calls)
{
    ck_assert_msg(needs(rows[_i].go_minor, rows[_i].who, rows[_i].number) ==
                      rows[_i].is_needed,
                  "%s", rows[_i].label);
}
END_TEST

START_TEST(calls_of_one_number_follow_each_other_and_have_names)
{
    bool is_past[1024] = {false};
    struct snug_need need;
    int number = -1;
    for (unsigned at = 0; snug_needs_next(0, ANYONE, &at, &need);) {
        ck_assert_msg(number == need.number || !is_past[need.number], "number %d",
                      need.number);
        char name[32];
        struct snug_builder out = snug_text_build(name, sizeof name);
        snug_calls_put_name(&out, (uint64_t)need.number);
        ck_assert_msg(name[0] >= 'a', "number %d has no name", need.number);
        number = need.number;
        is_past[number] = true;
    }
    ck_assert_int_ge(number, 0);
}
END_TEST

START_TEST(arguments_that_are_given_matter)
{
    struct snug_need need;
    for (unsigned at = 0; snug_needs_next(0, ANYONE, &at, &need);)
        for (unsigned i = 0; i < 6; i++)
            ck_assert((need.matters >> i & 1) || need.argument[i] == 0);
}
END_TEST

static Suite *needs_suite(void)
{
    Suite *suite = suite_create("needs");
    TCase *tcase = tcase_create("list");
    tcase_add_loop_test(tcase, a_release_needs_its_calls, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, calls_of_one_number_follow_each_other_and_have_names);
    tcase_add_test(tcase, arguments_that_are_given_matter);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(needs_suite());
}
