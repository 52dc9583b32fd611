/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What apply/follow.c and apply/measure.c do within a program, for the memory limit alone:
 * the Go function that changes the count of CPUs can be called only there.
 */
#include "snug/cli/run/attendant.h"
#include "snug/cli/subject/rights.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "snug/facts/announced.h"
#include "snug/facts/usage.h"
#include "snug/plan/memory.h"
#include "snug/plan/revision.h"
#include "snug/policy/values.h"

enum { LINE_BYTES = 256 };

static void complain(const struct snug_attendant *attendant, const char *what)
{
    snug_log_write(&attendant->log, SNUG_LOG_ERROR, what);
}

void snug_attendant_begin(struct snug_subject *subject, struct snug_attendant *ret)
{
    const struct snug_setting *file = &subject->policy.setting[SNUG_LOG_FILE];
    *ret = (struct snug_attendant){
        .subject = subject,
        .log.level = (enum snug_log_level)subject->policy.setting[SNUG_LOG].word,
        .log.path = snug_values_path(file),
        .words.memory = -1,
    };
    if (snug_log_prepare(&ret->log) < 0)
        ret->log.level = SNUG_LOG_OFF;
}

static void rest(struct snug_attendant *attendant)
{
    const uint64_t ms =
        snug_relief_rest_ms(&attendant->collector.relief, attendant->interval_ms);
    snug_deadline_set(
        &attendant->next,
        attendant->is_measured ? snug_headroom_rest_ms(&attendant->headroom, ms) : ms);
}

void snug_attendant_meet(struct snug_attendant *attendant, pid_t program, unsigned go_minor)
{
    struct snug_program *known = &attendant->subject->facts.program;
    const uint64_t first = attendant->subject->plan.follow.first_bytes;
    if (go_minor)
        known->go_minor = go_minor;
    const char *what = snug_words_find(program, known->go_minor, first, &attendant->words);
    const struct snug_revision_reach reach = {.has_word = !what};
    attendant->program = program;
    attendant->interval_ms = attendant->subject->plan.follow.interval_ms;
    snug_reload_begin(&attendant->subject->policy,
                      snug_revision_keys(&attendant->subject->plan, &reach),
                      attendant->subject->executable.path, &attendant->reload);
    snug_collector_begin(attendant->words.cleared, attendant->words.cleared_end,
                         known->go_minor, snug_words_copy, &attendant->words,
                         &attendant->collector);
    attendant->target = (struct snug_target){first, first, 0};
    if (what)
        complain(attendant, what);
    else if (attendant->subject->plan.follow.measures)
        snug_deadline_set(&attendant->next, 0); /* Others may hold much already. */
    else
        rest(attendant);
}

void snug_attendant_end(struct snug_attendant *attendant)
{
    snug_words_close(&attendant->words);
    attendant->next.is_set = false;
}

/* As in apply/aim.c. */
static uint64_t read_held_bytes(pid_t program)
{
    const struct snug_root process = snug_rights_root((int)program);
    const long page_bytes = sysconf(_SC_PAGESIZE);
    return page_bytes > 0 ? snug_usage_resident(&process, (uint64_t)page_bytes) : 0;
}

static uint64_t read_word(const struct snug_attendant *attendant, uint64_t address)
{
    uint64_t ret;
    return snug_words_read(&attendant->words, address, &ret) ? ret : 0;
}

/* Puts what others leave of the limit into the plan, if that is asked for now. */
static void measure(struct snug_attendant *attendant, struct snug_plan *plan)
{
    attendant->is_measured =
        plan->follow.measures && plan->memory.reason == SNUG_REASON_MEMORY_LIMIT;
    if (!attendant->is_measured) {
        attendant->headroom = (struct snug_headroom){0};
        return;
    }
    const struct snug_subject *subject = attendant->subject;
    const struct snug_bytes *limit = &subject->facts.memory.limit;
    const uint64_t limit_bytes = snug_memory_limit(&subject->facts.memory);
    struct snug_headroom_sight sight = {
        .limit_bytes = limit_bytes,
        .share_bytes = snug_memory_share(&subject->policy, limit_bytes),
    };
    /* Garbage that is mapped between two reads must not look like somebody else's. */
    const uint64_t before = read_word(attendant, attendant->words.ready);
    const bool is_unmeasured =
        !before || snug_usage_read(&snug_file_live, limit->from, &sight.used_bytes) < 0;
    if (!is_unmeasured) {
        const uint64_t after = read_word(attendant, attendant->words.ready);
        sight.ready_bytes = after > before ? after : before;
        sight.live_bytes = read_word(attendant, attendant->words.live);
        (void)snug_headroom_step(&sight, &attendant->headroom); /* It may stay. */
    } else if (!attendant->is_unmeasured) {
        complain(attendant, "follow: what others hold cannot be read: the target stays");
    }
    attendant->is_unmeasured = is_unmeasured;
    if (attendant->headroom.target_bytes) {
        plan->memory.go_limit_bytes = attendant->headroom.target_bytes;
        plan->memory.is_measured = true;
    }
}

/* The plan of now. What cannot be read has a reason by which nothing moves. */
static void make_plan(struct snug_attendant *attendant, struct snug_plan *ret)
{
    struct snug_subject *subject = attendant->subject;
    attendant->is_new |=
        snug_reload_look(&attendant->reload, &subject->policy, &attendant->log);
    *ret = subject->plan;
    if (subject->plan.follow.has_limits)
        snug_facts_refresh(&subject->facts);
    snug_announced_see(&snug_file_live,
                       snug_values_path(&subject->policy.setting[SNUG_FOLLOW_ANNOUNCE]),
                       &subject->facts.memory);
    if (subject->plan.follow.has_limits || attendant->is_new)
        snug_plan_make(&subject->facts, &subject->policy, subject->request_milli, ret);
    attendant->interval_ms = ret->follow.interval_ms;
    measure(attendant, ret);
}

/* `follow: memory 241172480 to 482344960`, as the object says it. */
static void record(const struct snug_attendant *attendant, uint64_t from, uint64_t to,
                   enum snug_reason reason)
{
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, "follow: memory ");
    snug_text_put_u64(&out, from);
    snug_text_put(&out, " to ");
    snug_text_put_u64(&out, to);
    if (reason == SNUG_REASON_FOLLOW_FLOOR)
        snug_text_put(&out, " (floor: the live heap)");
    else if (attendant->headroom.is_floor)
        snug_text_put(&out, " (floor)");
    if (attendant->subject->facts.memory.announced_bytes)
        snug_text_put(&out, " (announced)");
    snug_collector_put(&attendant->collector, &out);
    if (attendant->headroom.target_bytes) {
        snug_text_put(&out, ", others ");
        snug_text_put_u64(&out, attendant->headroom.others_bytes);
        snug_text_put(&out, ", reserve ");
        snug_text_put_u64(&out, attendant->headroom.reserve_bytes);
    }
    snug_log_write(&attendant->log, SNUG_LOG_INFO, line);
}

/* Adds what a busy collector is given. */
static void relieve(struct snug_attendant *attendant, struct snug_memory_plan *memory)
{
    const int64_t gogc = (int32_t)(uint32_t)read_word(attendant, attendant->words.gogc);
    memory->given_bytes =
        snug_collector_see(&attendant->collector, &attendant->subject->facts.memory, memory,
                           read_word(attendant, attendant->words.live), gogc);
    memory->go_limit_bytes += memory->given_bytes;
}

static void follow(struct snug_attendant *attendant)
{
    static struct snug_plan plan;
    struct snug_target_sight sight;
    struct snug_target *target = &attendant->target;
    enum snug_reason reason;
    if (!snug_words_read(&attendant->words, attendant->words.limit, &sight.seen_bytes)) {
        snug_attendant_end(attendant); /* It runs another program by now. */
        return;
    }
    make_plan(attendant, &plan);
    relieve(attendant, &plan.memory);
    const uint64_t from = snug_target_shown(target, sight.seen_bytes);
    if (!snug_target_is_due(target, &plan.memory, sight.seen_bytes))
        return;
    sight.live_bytes = read_word(attendant, attendant->words.live);
    sight.held_bytes = read_held_bytes(attendant->program);
    if (snug_target_move(target, &plan.memory, &sight, &reason) &&
        snug_words_write(&attendant->words, target->stored_bytes))
        record(attendant, from, snug_target_shown(target, target->stored_bytes), reason);
}

void snug_attendant_look(struct snug_attendant *attendant)
{
    if (!snug_deadline_is_over(&attendant->next))
        return;
    follow(attendant);
    if (attendant->words.memory >= 0)
        rest(attendant);
}
