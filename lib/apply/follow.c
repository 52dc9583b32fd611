/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The thread that follows. It never runs Go code itself: see procs.c.
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <time.h>

#include "snug/apply/aim.h"
#include "snug/apply/chroot.h"
#include "snug/apply/collector.h"
#include "snug/apply/credentials.h"
#include "snug/apply/errand.h"
#include "snug/apply/follow.h"
#include "snug/apply/heap.h"
#include "snug/apply/main_thread.h"
#include "snug/apply/measure.h"
#include "snug/apply/procs.h"
#include "snug/apply/reload.h"
#include "snug/apply/signals.h"
#include "snug/apply/start.h"
#include "snug/apply/view.h"
#include "snug/apply/window.h"
#include "snug/base/objects.h"
#include "snug/base/sys.h"
#include "snug/facts/announced.h"
#include "snug/plan/memory.h"
#include "snug/plan/revision.h"
#include "snug/policy/values.h"
#include "snug/stats/counters.h"

enum {
    IDLE,
    ARMED,
    STARTED,

    LINE_BYTES = 256,
    PATIENCE_MS = 1000, /* While the program changes its threads one after the other. */
    NS_PER_MS = 1000000,
    NS_PER_US = 1000,
};

static struct {
    _Atomic int state;
    _Atomic long pid; /* A child by fork has none of these threads. */
    struct snug_follow with;
    struct snug_module module;
    bool has_module;
    bool has_psx;
    struct snug_revision_reach reach;
    struct snug_reload reload;
    struct snug_collector collector;
    uint64_t interval_ms;
    bool is_measured;          /* The target is what others leave. */
    bool is_blind;             /* A limit could not be read the last time. */
    bool is_unmeasured;        /* Nor what others hold. */
    _Atomic bool is_elsewhere; /* When C code loaded its first filter. */
    _Atomic bool is_shut_in;   /* The program has asked for a Landlock domain. */
} follow;

void snug_follow_arm(const struct snug_follow *with)
{
    follow.with = *with;
    snug_errand_arm();
    atomic_store(&follow.state, ARMED);
}

bool snug_follow_is_due(void)
{
    int armed = ARMED;
    return atomic_load_explicit(&follow.state, memory_order_acquire) == ARMED &&
           snug_window_is_past() && snug_main_thread_is_here() &&
           atomic_compare_exchange_strong(&follow.state, &armed, STARTED);
}

unsigned snug_follow_n_threads(void)
{
    return atomic_load_explicit(&follow.state, memory_order_relaxed) == STARTED &&
                   snug_sys_getpid() == follow.pid
               ? 1 + snug_errand_n_threads()
               : 0;
}

/* `what` may be NULL: there is nothing to say. True if so. */
static bool complain(const char *what)
{
    if (what)
        snug_errand_log(&follow.with.log, SNUG_LOG_ERROR, what);
    return !what;
}

/* The last moment at which the root directory can be asked for. */
void snug_follow_see_filter(void)
{
    int armed = ARMED;
    if (atomic_compare_exchange_strong(&follow.state, &armed, IDLE))
        snug_log_write(&follow.with.log, SNUG_LOG_ERROR,
                       "follow: off: the program loads a seccomp filter before its "
                       "runtime starts");
    else if (armed == STARTED && !snug_start_is_filtered() && snug_chroot_compare() > 0)
        atomic_store(&follow.is_elsewhere, true);
}

void snug_follow_see_sandbox(void)
{
    if (atomic_load(&follow.state) == STARTED)
        atomic_store(&follow.is_shut_in, true);
}

/* libcap's psx makes a call on all threads that it knows or finds, and ends the program
 * where one answers otherwise. So what a descriptor is to one of them it is to the
 * follower. Nor does a thread of snug's call Go, which starts threads that have its rights:
 * before 2.71 psx knew none but the program's. Asked once, by a thread of the program's
 * that runs none of its code: later objects may be unloaded meanwhile. */
static bool find_psx(void)
{
    return follow.with.facts->program.has_psx || snug_objects_have("psx_syscall3");
}

static const char *find_procs(const struct snug_module *module)
{
    return follow.has_psx ? "follow: no CPUs: libpsx changes what threads may do"
                          : snug_procs_find(follow.with.image, module, follow.with.facts,
                                            follow.with.plan);
}

/* NULL if there is none. */
static const struct snug_module *found_module(void)
{
    return follow.has_module ? &follow.module : NULL;
}

static void put_move(struct snug_builder *out, const char *what, uint64_t from, uint64_t to)
{
    snug_text_put(out, what);
    snug_text_put_u64(out, from);
    snug_text_put(out, " to ");
    snug_text_put_u64(out, to);
}

/* `follow: CPUs 1 to 4, memory 241172480 to 482344960, in 130 us`; where it is measured,
 * also what others hold. */
static void record(const struct snug_change *change)
{
    snug_counters_set_change(change);
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    put_move(&out, "follow: CPUs ", change->cpus_from, change->cpus_to);
    put_move(&out, ", memory ", change->bytes_from, change->bytes_to);
    if (change->reason == SNUG_REASON_FOLLOW_FLOOR)
        snug_text_put(&out, " (floor: the live heap)");
    if (change->reason == SNUG_REASON_MEASURED_FLOOR)
        snug_text_put(&out, " (floor)");
    if (follow.with.facts->memory.announced_bytes)
        snug_text_put(&out, " (announced)");
    snug_collector_put(&follow.collector, &out);
    if (follow.is_measured)
        snug_measure_put(&out);
    snug_text_put(&out, ", in ");
    snug_text_put_u64(&out, change->took_ns / NS_PER_US);
    snug_text_put(&out, " us");
    snug_errand_log(&follow.with.log, SNUG_LOG_INFO, line);
}

static bool is_shown_alike(const struct snug_plan *a, const struct snug_plan *b)
{
    return a->cpu.is_shown == b->cpu.is_shown && a->cpu.count == b->cpu.count &&
           snug_cpus_equal(&a->cpu.presented, &b->cpu.presented) &&
           a->memory.is_presented == b->memory.is_presented &&
           a->memory.present_bytes == b->memory.present_bytes;
}

/* What cannot be read this time stays as it was. It is said once, for a program may be
 * without /proc for the rest of its life, and when it is over; not of what never could. */
static void keep_unknown(const struct snug_plan *last, struct snug_plan *next)
{
    bool is_blind = false;
    if (!next->cpu.count || next->cpu.reason == SNUG_REASON_LIMIT_UNKNOWN) {
        is_blind |= last->cpu.count && last->cpu.reason != SNUG_REASON_LIMIT_UNKNOWN;
        next->cpu = last->cpu;
    }
    if (next->memory.reason == SNUG_REASON_MEMORY_UNKNOWN) {
        is_blind |= last->memory.reason != SNUG_REASON_MEMORY_UNKNOWN;
        next->memory = last->memory;
        next->spans = last->spans;
    }

    if (is_blind)
        snug_counters_add(SNUG_COUNT_UNREAD, 1);
    if (is_blind && !follow.is_blind)
        complain("follow: a limit cannot be read any more: the last one stays");
    else if (!is_blind && follow.is_blind)
        complain("follow: the limits can be read again");
    follow.is_blind = is_blind;
}

/* What is wanted of the memory limit is aimed at before it is enforced. */
static void see_announced(void)
{
    const struct snug_setting *file = &follow.with.policy->setting[SNUG_FOLLOW_ANNOUNCE];
    snug_announced_see(&snug_file_live, snug_values_path(file), &follow.with.facts->memory);
}

/* What others hold of the memory limit, if that is asked for now. */
static void measure(struct snug_plan *ret)
{
    const bool was_measured = follow.is_measured;
    follow.is_measured =
        ret->follow.measures && ret->memory.reason == SNUG_REASON_MEMORY_LIMIT;
    if (!follow.is_measured) {
        if (was_measured)
            snug_measure_end();
        return;
    }
    ret->memory.limit_bytes = snug_memory_share(
        follow.with.policy, snug_memory_limit(&follow.with.facts->memory));
    const bool is_unmeasured = snug_measure_look(&follow.with.facts->memory, ret) < 0;
    if (is_unmeasured && !follow.is_unmeasured)
        complain("follow: what others hold cannot be read: the target stays");
    follow.is_unmeasured = is_unmeasured;
}

/* What the limits are now, or were, by the policy of now. What a policy takes that has
 * changed it takes at a time that somebody else chooses: a filter that C code has loaded
 * may kill for it then. */
static void make_plan(const struct snug_plan *last, struct snug_plan *ret)
{
    const bool has_limits = follow.with.plan->follow.has_limits;
    const bool is_new =
        !snug_start_is_filtered() &&
        snug_reload_look(&follow.reload, follow.with.policy, &follow.with.log);
    *ret = *last;
    if (has_limits)
        snug_facts_refresh(follow.with.facts);
    see_announced();
    if (has_limits || is_new) {
        snug_plan_make(follow.with.facts, follow.with.policy, follow.with.request_milli,
                       ret);
        keep_unknown(last, ret);
    }
    if (!has_limits) { /* Then the memory target moves alone. */
        ret->cpu = last->cpu;
        ret->numa = last->numa;
    }
    follow.interval_ms = ret->follow.interval_ms;
    measure(ret);
}

/* What the runtime is to aim at: the target, and what a busy collector is given. Under a
 * filter of C code's it counts as idle: how busy it is takes another call. */
static struct snug_memory_plan find_aim(const struct snug_plan *plan)
{
    const uint64_t live = snug_start_is_filtered() ? 0 : snug_aim_live_bytes();
    struct snug_memory_plan ret = plan->memory;
    ret.given_bytes = snug_collector_see(&follow.collector, &follow.with.facts->memory,
                                         &plan->memory, live, snug_aim_gogc());
    ret.go_limit_bytes += ret.given_bytes;
    return ret;
}

static enum snug_reason why_memory(enum snug_reason reason)
{
    if (reason == SNUG_REASON_MEMORY_LIMIT && follow.with.facts->memory.announced_bytes)
        return SNUG_REASON_ANNOUNCED;
    if (reason == SNUG_REASON_MEMORY_LIMIT && follow.collector.relief.given_bytes)
        return SNUG_REASON_RELIEF;
    if (!follow.is_measured || reason != SNUG_REASON_MEMORY_LIMIT)
        return reason;
    return snug_measure_is_floor() ? SNUG_REASON_MEASURED_FLOOR : SNUG_REASON_MEASURED;
}

/* As snug_chroot_compare: what is read in another root directory may be anybody's. A filter
 * that C code has loaded may kill for the question. */
static int compare_root(void)
{
    if (atomic_load(&follow.is_elsewhere))
        return 1;
    return snug_start_is_filtered() ? 0 : snug_chroot_compare();
}

/* False if the program has gone into another root directory meanwhile. */
static bool look(void)
{
    static struct snug_plan plans[2]; /* What is shown now, and the next. */
    static unsigned now;
    static bool has_shown;
    const struct snug_plan *last = has_shown ? &plans[now] : follow.with.plan;
    struct snug_plan *next = &plans[!now];

    const uint64_t began = snug_sys_clock_gettime(CLOCK_MONOTONIC);
    make_plan(last, next);
    const int r = compare_root();
    if (r)
        return r < 0; /* What was read is not believed. */
    struct snug_change change = {
        .cpus_from = last->cpu.count,
        .cpus_to = next->cpu.count,
        .bytes_from = snug_aim_bytes(),
        .reason = next->cpu.reason,
    };
    enum snug_reason reason = SNUG_REASON_NONE;
    const struct snug_memory_plan memory = find_aim(next);
    bool is_changed = snug_aim_apply(&memory, follow.with.page_bytes, &reason);
    if (is_changed)
        change.reason = why_memory(reason);
    if (follow.with.plan->follow.has_limits && !atomic_load(&follow.is_shut_in))
        is_changed |= snug_procs_apply(follow.with.facts, &next->cpu);
    snug_heap_adjust(follow.with.facts, next);
    if (!is_shown_alike(last, next)) {
        snug_view_show(next);
        is_changed = true;
    }
    now = !now;
    has_shown = true;
    if (!is_changed)
        return true;

    change.bytes_to = snug_aim_bytes();
    change.when_ns = snug_sys_clock_gettime(CLOCK_REALTIME);
    change.took_ns = snug_sys_clock_gettime(CLOCK_MONOTONIC) - began;
    record(&change);
    return true;
}

static uint64_t rest_ms(void)
{
    const uint64_t ms = snug_relief_rest_ms(&follow.collector.relief, follow.interval_ms);
    return follow.is_measured ? snug_measure_rest_ms(ms) : ms;
}

static void *run(void *unused)
{
    (void)unused;
    snug_signals_block();
    snug_errand_leave();
    if (follow.with.plan->follow.moves_cpus)
        follow.reach.has_door = complain(find_procs(found_module()));
    (void)snug_sys_prctl(PR_SET_NAME, (unsigned long)"snug", 0, 0, 0);
    snug_reload_begin(follow.with.policy,
                      snug_revision_keys(follow.with.plan, &follow.reach),
                      follow.with.program, &follow.reload);
    uint64_t ms = follow.interval_ms = follow.with.plan->follow.interval_ms;
    uint64_t apart_ms = 0;
    /* Others may hold much already, and the heap may fill what is left within a second. */
    bool is_at_home = !follow.with.plan->follow.measures || look();
    /* Were the sleep refused, as by a seccomp filter, the thread would go round without a
     * pause. */
    for (long r = 0; is_at_home && !atomic_load(&follow.is_shut_in) &&
                     (r == 0 || r == -EINTR) && apart_ms <= ms + PATIENCE_MS;) {
        ms = rest_ms();
        r = snug_sys_nanosleep(ms * NS_PER_MS);
        if (r != 0 || atomic_load(&follow.is_shut_in) ||
            (follow.is_measured && snug_measure_is_quiet(&follow.with.facts->memory)))
            continue;
        const int where = compare_root();
        is_at_home = where <= 0;
        if (where)
            continue;
        apart_ms = snug_credentials_differ() ? apart_ms + ms : 0;
        if (!apart_ms)
            is_at_home = look();
    }
    /* The program has given up what this thread still has, and the threads that Go starts
     * while it is called have what their creator has. */
    if (!is_at_home)
        complain("follow: ends: the program has another root directory");
    else if (atomic_load(&follow.is_shut_in))
        complain("follow: ends: the program shuts itself in by Landlock");
    else if (apart_ms)
        complain("follow: ends: other privileges");
    snug_errand_end();
    atomic_store(&follow.state, IDLE);
    return NULL;
}

/* The program's own code has not run yet, on no thread: what the runtime's words hold now
 * is what the start gave them. */
void snug_follow_start(const struct snug_crew_calls *libc)
{
    unsigned long thread;
    follow.pid = snug_sys_getpid();
    snug_chroot_begin();
    follow.has_module = snug_module_find(follow.with.image, &follow.module) == 0;
    if (follow.with.plan->follow.first_bytes)
        follow.reach.has_word = complain(snug_aim_find(
            follow.with.image, found_module(), follow.with.facts, follow.with.plan));
    snug_collector_begin(follow.module.cleared, follow.module.cleared_end,
                         follow.with.facts->program.go_minor, snug_collector_read_own, NULL,
                         &follow.collector);
    const bool has_crew = snug_crew_arm(libc, snug_objects_has_musl());
    follow.has_psx = find_psx();
    if (follow.has_psx)
        snug_errand_stay();
    if (has_crew)
        snug_errand_begin();
    if (has_crew && snug_crew_create(run, NULL, &thread))
        return;
    snug_errand_end();
    complain("follow: no thread could be created");
}
