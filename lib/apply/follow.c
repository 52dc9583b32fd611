/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The thread that follows. It never runs Go code itself: from Go 1.21 on a C thread that
 * calls into Go keeps a goroutine and a signal mask of the runtime's until it ends. So each
 * change of the CPU count has a thread of its own that ends with it.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <time.h>

#include "snug/apply/follow.h"
#include "snug/apply/heap.h"
#include "snug/apply/view.h"
#include "snug/apply/window.h"
#include "snug/apply/word.h"
#include "snug/base/objects.h"
#include "snug/base/sys.h"
#include "snug/facts/pclntab.h"
#include "snug/plan/floor.h"
#include "snug/plan/runtime.h"
#include "snug/stats/counters.h"

enum {
    IDLE,
    ARMED,
    STARTED,

    STACK_BYTES = 256 << 10, /* Go takes it for granted that a C thread has 32 KiB. */
    ATTR_WORDS = 16,         /* A pthread_attr_t has 7 words in glibc and musl. */
    LINE_BYTES = 256,
    STATM_BYTES = 128,
    STEP_PARTS = 16,
    NAME_BYTES = 16, /* What the kernel keeps of a thread's name. */
    NS_PER_MS = 1000000,
    NS_PER_US = 1000,

    /* libc's own signals: glibc and musl stop all threads with one of them to change ids
     * or to cancel, and wait for each. */
    FIRST_OF_LIBC = 32,
    LAST_OF_LIBC = 34,
    LAST_OF_GLIBC = 33,

    /* Before this release arm64 passed arguments on the stack. */
    FIRST_BY_REGISTER = 18,
};

/* From the memory limit's word to the one that holds the heap that the last collection
 * found alive, in the runtime's gcController (runtime/mgcpacer.go). */
enum {
    WORDS_1_19 = 22,
    WORDS_1_20 = 15,
    WORDS_1_21 = 18,
    NEWEST_KNOWN = 27,
};

typedef void crosscall(void *function, void *argument, int n_bytes, size_t context);

static struct {
    _Atomic int state;
    struct snug_follow with;
    struct snug_follow_calls libc;
    char name[NAME_BYTES]; /* The one that the program's threads have by themselves. */

    crosscall *door; /* NULL: the runtime's CPU count is not followed. */
    void *gomaxprocs;
    unsigned count; /* The runtime's, as far as snug knows. */
    bool is_ours;   /* It stays until somebody calls GOMAXPROCS. */

    _Atomic uint64_t *word; /* NULL: the memory limit is not followed. */
    uint64_t stored;        /* What snug left there last. */
    uint64_t target;        /* What the plan wanted of it last. */
} follow;

static const uint64_t no_limit = INT64_MAX;

void snug_follow_arm(const struct snug_follow *with)
{
    follow.with = *with;
    atomic_store(&follow.state, ARMED);
}

bool snug_follow_is_due(void)
{
    int armed = ARMED;
    return atomic_load_explicit(&follow.state, memory_order_acquire) == ARMED &&
           snug_window_is_past() && snug_sys_gettid() == snug_sys_getpid() &&
           atomic_compare_exchange_strong(&follow.state, &armed, STARTED);
}

unsigned snug_follow_n_threads(void)
{
    return atomic_load_explicit(&follow.state, memory_order_relaxed) == STARTED;
}

static void complain(const char *what)
{
    snug_log_write(&follow.with.log, SNUG_LOG_ERROR, what);
}

static void find_memory(void)
{
    const struct snug_follow_plan *plan = &follow.with.plan->follow;
    if (!plan->moves_memory)
        return;
    const unsigned n = snug_word_find(follow.with.image, plan->first_bytes, &follow.word);
    if (n == 1) {
        follow.stored = plan->first_bytes;
        follow.target = follow.with.plan->memory.sets_go_limit
                            ? follow.with.plan->memory.go_limit_bytes
                            : no_limit;
        return;
    }
    follow.word = NULL;
    complain(n ? "follow: no memory: several words hold GOMEMLIMIT"
               : "follow: no memory: no word holds GOMEMLIMIT");
}

/* NULL, or what is missing. */
static const char *find_door(void)
{
#if defined(__aarch64__)
    if (follow.with.facts->program.go_minor < FIRST_BY_REGISTER)
        return "follow: no CPUs: Go is too old";
#endif
    uintptr_t address;
    if (snug_pclntab_find(follow.with.image, "runtime.GOMAXPROCS", &address) < 0)
        return "follow: no CPUs: the pclntab is unknown";
    void *door = snug_objects_own("crosscall2");
    if (!door)
        return "follow: no CPUs: there is no crosscall2";
    follow.gomaxprocs = (void *)address;
    follow.door = (crosscall *)door;
    return NULL;
}

static void find_cpus(void)
{
    const struct snug_plan *plan = follow.with.plan;
    if (!plan->follow.moves_cpus)
        return;
    follow.count = plan->cpu.count;
    follow.is_ours = plan->cpu.sets_gomaxprocs || !snug_runtime_moves_to(follow.with.facts);
    const char *missing = find_door();
    if (missing)
        complain(missing);
}

/* Creates a thread that runs `run`. */
static int create(unsigned long *ret_thread, void *(*run)(void *), void *argument)
{
    unsigned long attr[ATTR_WORDS];
    if (follow.libc.attr_init(attr) != 0)
        return -1;
    /* Refused if the program's thread-local data leave no room; the default then is. */
    (void)follow.libc.attr_setstacksize(attr, STACK_BYTES);
    return follow.libc.create(ret_thread, attr, run, argument);
}

/* GOMAXPROCS(count), which keeps 32 bits of its argument. On its way that is taken for a
 * pointer, and no pointer looks like this one. */
static void *call_go(void *count)
{
    /* What Go starts meanwhile gets the name of the thread that it is started by. */
    if (*follow.name)
        (void)snug_sys_prctl(PR_SET_NAME, (unsigned long)follow.name, 0, 0, 0);
    follow.door(follow.gomaxprocs, (void *)((uintptr_t)count + (1ul << 32)), 0, 0);
    return NULL;
}

static bool set_gomaxprocs(unsigned count)
{
    unsigned long thread;
    if (create(&thread, call_go, (void *)(uintptr_t)count) != 0)
        return false;                     /* It is tried again in the next round. */
    (void)follow.libc.join(thread, NULL); /* It can only fail for no such thread. */
    follow.count = count;
    follow.is_ours = true;
    return true;
}

/* True if something was changed. */
static bool apply_cpus(const struct snug_cpu_plan *cpu)
{
    const unsigned count =
        follow.is_ours ? follow.count : snug_runtime_moves_to(follow.with.facts);
    return follow.door && count && cpu->count && cpu->count != count &&
           set_gomaxprocs(cpu->count);
}

/* The heap that the last collection found alive; 0 if it is not known. */
static uint64_t read_live_bytes(void)
{
    const unsigned minor = follow.with.facts->program.go_minor;
    if (!minor || minor > NEWEST_KNOWN)
        return 0;
    const unsigned n = minor > 20 ? WORDS_1_21 : minor == 20 ? WORDS_1_20 : WORDS_1_19;
    return atomic_load_explicit(follow.word + n, memory_order_relaxed);
}

/* Resident memory that no file stands behind, from /proc/self/statm: pages of size,
 * resident, shared with files … Only the process's own counts here, not its cgroup's. */
static uint64_t read_held_bytes(void)
{
    static const struct snug_root live = {.fd = -1};
    char text[STATM_BYTES];
    struct snug_text rest = {text, 0};
    uint64_t number[3];
    if (snug_file_read(&live, "/proc/self/statm", sizeof text, text, &rest.n) < 0)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        struct snug_text word;
        if (!snug_text_cut_word(&rest, &word) || snug_text_u64(word, &number[i]) < 0)
            return 0;
    }
    return number[1] > number[2] ? (number[1] - number[2]) * follow.with.page_bytes : 0;
}

/* A floor moves with each collection; small steps are not worth a change. */
static bool is_near(uint64_t bytes)
{
    const uint64_t distance =
        bytes > follow.stored ? bytes - follow.stored : follow.stored - bytes;
    return distance < follow.stored / STEP_PARTS;
}

/* True if something was changed, with why. */
static bool apply_memory(const struct snug_memory_plan *memory,
                         enum snug_reason *ret_reason)
{
    uint64_t target = no_limit;
    if (!follow.word)
        return false;
    if (memory->reason == SNUG_REASON_MEMORY_LIMIT)
        target = memory->go_limit_bytes;
    else if (memory->reason != SNUG_REASON_MEMORY_NO_LIMIT)
        return false;

    /* Whatever the program stored since is its own affair until the limit changes. */
    const uint64_t seen = atomic_load(follow.word);
    const bool is_new = target != follow.target;
    if (!is_new && (follow.stored <= target || seen != follow.stored))
        return false;

    uint64_t bytes = target;
    if (target < follow.stored)
        bytes = snug_floor_raise(target, follow.with.facts->memory.limit.bytes,
                                 read_live_bytes(), read_held_bytes());
    follow.target = target;
    if (bytes == seen || (!is_new && bytes != target && is_near(bytes)))
        return false;
    atomic_store(follow.word, bytes);
    follow.stored = bytes;
    *ret_reason = bytes > target ? SNUG_REASON_FOLLOW_FLOOR : memory->reason;
    return true;
}

static void put_move(struct snug_builder *out, const char *what, uint64_t from, uint64_t to)
{
    snug_text_put(out, what);
    snug_text_put_u64(out, from);
    snug_text_put(out, " to ");
    snug_text_put_u64(out, to);
}

/* `follow: CPUs 1 to 4, memory 241172480 to 482344960, in 130 us` */
static void record(const struct snug_change *change)
{
    snug_counters_set_change(change);
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    put_move(&out, "follow: CPUs ", change->cpus_from, change->cpus_to);
    put_move(&out, ", memory ", change->bytes_from, change->bytes_to);
    if (change->reason == SNUG_REASON_FOLLOW_FLOOR)
        snug_text_put(&out, " (floor: the live heap)");
    snug_text_put(&out, ", in ");
    snug_text_put_u64(&out, change->took_ns / NS_PER_US);
    snug_text_put(&out, " us");
    snug_log_write(&follow.with.log, SNUG_LOG_INFO, line);
}

static bool is_shown_alike(const struct snug_plan *a, const struct snug_plan *b)
{
    return a->cpu.is_presented == b->cpu.is_presented && a->cpu.count == b->cpu.count &&
           snug_cpus_equal(&a->cpu.presented, &b->cpu.presented) &&
           a->memory.is_presented == b->memory.is_presented &&
           a->memory.present_bytes == b->memory.present_bytes;
}

/* The memory limit as it is told: above the plan where a floor is, never with the mark. */
static uint64_t told_bytes(void)
{
    const uint64_t bytes = follow.stored > follow.target ? follow.stored : follow.target;
    return bytes == no_limit ? 0 : bytes;
}

static void look(void)
{
    static struct snug_plan plans[2]; /* What is shown now, and the next. */
    static unsigned now;
    static bool has_shown;
    const struct snug_plan *last = has_shown ? &plans[now] : follow.with.plan;
    struct snug_plan *next = &plans[!now];

    const uint64_t began = snug_sys_clock_gettime(CLOCK_MONOTONIC);
    snug_facts_refresh(follow.with.facts);
    snug_plan_make(follow.with.facts, follow.with.policy, follow.with.request_milli, next);

    /* What cannot be read this time stays as it was. */
    if (!next->cpu.count || next->cpu.reason == SNUG_REASON_LIMIT_UNKNOWN)
        next->cpu = last->cpu;
    if (next->memory.reason == SNUG_REASON_MEMORY_UNKNOWN) {
        next->memory = last->memory;
        next->spans = last->spans;
    }

    struct snug_change change = {
        .cpus_from = last->cpu.count,
        .cpus_to = next->cpu.count,
        .bytes_from = told_bytes(),
        .reason = next->cpu.reason,
    };
    enum snug_reason reason = SNUG_REASON_NONE;
    bool is_changed = apply_memory(&next->memory, &reason);
    if (is_changed)
        change.reason = reason;
    is_changed |= apply_cpus(&next->cpu);
    snug_heap_adjust(follow.with.facts, next);
    if (!is_shown_alike(last, next)) {
        snug_view_show(next);
        is_changed = true;
    }
    now = !now;
    has_shown = true;
    if (!is_changed)
        return;

    change.bytes_to = told_bytes();
    change.when_ns = snug_sys_clock_gettime(CLOCK_REALTIME);
    change.took_ns = snug_sys_clock_gettime(CLOCK_MONOTONIC) - began;
    record(&change);
}

static void block_signals(void)
{
    const bool is_musl = follow.with.facts->program.libc == SNUG_LIBC_MUSL;
    const int last = is_musl ? LAST_OF_LIBC : LAST_OF_GLIBC;
    uint64_t set = ~(uint64_t)0;
    for (int signal = FIRST_OF_LIBC; signal <= last; signal++)
        set &= ~((uint64_t)1 << (signal - 1));
    (void)snug_sys_rt_sigprocmask(SIG_SETMASK, &set, NULL, sizeof set);
}

static void *run(void *unused)
{
    (void)unused;
    block_signals();
    (void)snug_sys_prctl(PR_GET_NAME, (unsigned long)follow.name, 0, 0, 0);
    (void)snug_sys_prctl(PR_SET_NAME, (unsigned long)"snug", 0, 0, 0);
    find_memory();
    find_cpus();
    /* Were it refused, as by a seccomp filter, the thread would go round without a pause.
     */
    const uint64_t ns = follow.with.plan->follow.interval_ms * NS_PER_MS;
    for (long r = 0; r == 0 || r == -EINTR;) {
        r = snug_sys_nanosleep(ns);
        if (r == 0)
            look();
    }
    return NULL;
}

void snug_follow_start(const struct snug_follow_calls *libc)
{
    unsigned long thread;
    follow.libc = *libc;
    if (!libc->attr_init || !libc->attr_setstacksize || !libc->create || !libc->join ||
        create(&thread, run, NULL) != 0)
        complain("follow: no thread could be created");
}
