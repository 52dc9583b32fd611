/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The order of a start. What surprises: it must cost next to nothing in the many processes
 * that are not Go programs, so the program is looked at before any file is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/prctl.h>

#include "snug/apply/allocator.h"
#include "snug/apply/caller.h"
#include "snug/apply/children.h"
#include "snug/apply/follow.h"
#include "snug/apply/guard.h"
#include "snug/apply/heap.h"
#include "snug/apply/inheritance.h"
#include "snug/apply/main_thread.h"
#include "snug/apply/place.h"
#include "snug/apply/ranges.h"
#include "snug/apply/report.h"
#include "snug/apply/start.h"
#include "snug/apply/statsfile.h"
#include "snug/apply/threads.h"
#include "snug/apply/trial.h"
#include "snug/apply/vector.h"
#include "snug/apply/view.h"
#include "snug/apply/window.h"
#include "snug/base/entries.h"
#include "snug/base/log.h"
#include "snug/base/objects.h"
#include "snug/base/sys.h"
#include "snug/facts/maps.h"
#include "snug/facts/nodes.h"
#include "snug/facts/program.h"
#include "snug/facts/variables.h"
#include "snug/plan/placement.h"
#include "snug/policy/conf.h"

enum { EXCEPT_ADVISED = 2 }; /* PR_THP_DISABLE_EXCEPT_ADVISED, from Linux 6.18. */

enum { NOT_STARTED, STARTING, INACTIVE, ACTIVE };

/* This object's own dynamic section. */
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));

/* One of each per process; written by the thread that starts, read-only afterwards. */
static _Atomic int state;
static struct snug_vector vector;
static struct snug_elf image;
static struct snug_facts facts;
static struct snug_policy policy;
static struct snug_plan plan;
static char record[SNUG_RECORD_BYTES];
static char handed_down[SNUG_CHILDREN_WORD_BYTES]; /* Words for the record. */
static char program_path[SNUG_PATH_BYTES];
static _Atomic bool has_own_filter; /* By C code, since the start. */
static struct {
    bool has_place; /* In the vector; the number may follow. */
    char entry[SNUG_VARIABLE_BYTES];
} gomaxprocs;

/* Sets `program_path` to the executable's path, for `[program GLOB]` sections. Where the
 * kernel has mapped no interpreter, the executable may be the loader, started by hand. */
static struct snug_text find_program_path(void)
{
    struct snug_text ret = {0};
    const bool is_filtered = snug_trial_is_filtered();
    if (is_filtered || !vector.has_loader)
        ret =
            snug_maps_path(&snug_file_live, image.phdr, sizeof program_path, program_path);
    if (ret.n || is_filtered) /* No loader calls readlink. */
        return ret;
    const long n =
        snug_sys_readlinkat(AT_FDCWD, "/proc/self/exe", program_path, sizeof program_path);
    return n > 0 && (size_t)n < sizeof program_path
               ? (struct snug_text){program_path, (size_t)n}
               : (struct snug_text){0};
}

static void read_policy_file(void)
{
    const struct snug_text named = snug_entries_value(vector.envp, "SNUG_POLICY");
    if (!named.n && snug_sys_may_read(SNUG_POLICY_FILE) == -ENOENT) {
        (void)snug_text_copy(snug_text_of(SNUG_POLICY_FILE), sizeof policy.file,
                             policy.file); /* It fits. */
        return;
    }
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_policy_open_file(&policy, &snug_file_live, named);
    if (fd >= 0)
        snug_conf_read(&policy, fd, find_program_path());
}

/* Whether a program that is not Go may be meant. Most processes leave here, after one look
 * at the environment and one attempt to open the file. */
static bool may_want_all(bool is_mentioned)
{
    if (is_mentioned && (snug_entries_value(vector.envp, "SNUG_SCOPE").n ||
                         snug_entries_value(vector.envp, "SNUG_POLICY").n))
        return true;
    return snug_sys_may_read(SNUG_POLICY_FILE) == 0;
}

/* Gives up what is off by default and needs calls that a seccomp filter kills for. */
static void forgo_rare(struct snug_log *log)
{
    if (!plan.is_rare || snug_trial_is_safe())
        return;
    log->level = SNUG_LOG_OFF;
    snug_plan_forgo_rare(&plan);
    policy.setting[SNUG_STATS_FILE].unit = SNUG_UNIT_WORD;
}

/* Whether the runtime's mappings and threads are seen: then what is set can be undone. */
static bool is_passing(void)
{
    return facts.program.is_go && facts.program.imports_mmap;
}

/* Puts the planned variables, and `more` if it is not NULL, into the vector. Returns how
 * many of them found a place. */
static unsigned set_variables(char *more)
{
    char *entries[SNUG_PLAN_VARIABLES_MAX + 1];
    unsigned n = 0;
    for (; n < plan.n_variables; n++)
        entries[n] = plan.variable[n];
    if (more)
        entries[n++] = more;
    const char *word = handed_down[0] ? handed_down : NULL;
    const unsigned ret = snug_vector_set(&vector, entries, n, word, record, is_passing());
    if ((ret || word) && is_passing())
        snug_inheritance_arm(&vector, word, record);
    return ret;
}

static void write_gomaxprocs(bool has_number)
{
    struct snug_builder out = snug_text_build(gomaxprocs.entry, sizeof gomaxprocs.entry);
    snug_text_put(&out, "GOMAXPROCS=");
    if (has_number)
        snug_text_put_u64(&out, plan.cpu.count);
}

/* Returns how many of the planned variables found a place. In an archive the runtime starts
 * on another thread, while C code may change the environment. Where it may be one, the
 * variable stands ready, and means nothing to Go before it has a number. */
static unsigned set_planned(void)
{
    write_gomaxprocs(false);
    const bool may_follow = facts.program.may_be_archive && plan.cpu.may_set_gomaxprocs &&
                            !plan.cpu.sets_gomaxprocs;
    const unsigned n = set_variables(may_follow ? gomaxprocs.entry : NULL);
    gomaxprocs.has_place = n > plan.n_variables;
    return gomaxprocs.has_place ? plan.n_variables : n;
}

/* At each mapping. Without a window the runtime's start is only looked out for. */
static void arm_mappings(void)
{
    const char *low;
    const char *high;
    snug_elf_bounds(&image, &low, &high);
    snug_main_thread_arm();
    if (plan.cpu.has_window || plan.follow.is_on)
        snug_window_arm(plan.cpu.has_window ? &plan.cpu.presented : NULL,
                        facts.privileges.has_all_cpus ? &facts.cpu.allowed : NULL, low,
                        high);
    if (!facts.program.is_go)
        low = high = NULL;
    snug_caller_arm(low, high);
    snug_ranges_arm(&plan.ranges, vector.page_bytes);
}

/* What the user named and cannot have is told: in the log, or without one on standard
 * error, and then the children need not tell it again. */
static void open_files(struct snug_log *log)
{
    static const struct snug_log standard_error = {.level = SNUG_LOG_ERROR};
    const bool has_log = log->level != SNUG_LOG_OFF;
    const struct snug_log *told_to = plan.tells && !has_log ? &standard_error : log;
    const struct snug_setting *stats = &policy.setting[SNUG_STATS_FILE];
    const int r_log = plan.is_rare ? snug_log_prepare(log) : 0;
    const int r_stats =
        stats->unit == SNUG_UNIT_PATH ? snug_statsfile_open(stats->text, &plan) : 0;
    const bool has_problems = snug_report_problems(told_to, &policy, has_log);
    snug_report_failure(told_to, "stats.file is not used", r_stats);
    if (plan.tells)
        snug_report_failure(&standard_error, "log.file is tried anew for each line", r_log);

    struct snug_builder out = snug_text_build(handed_down, sizeof handed_down);
    if (facts.variables.is_told ||
        (plan.tells && (has_problems || r_log < 0 || r_stats < 0)))
        snug_text_put(&out, SNUG_VARIABLES_TOLD);
    snug_children_hand_down(&plan.children, &out);
}

static void arm_follow(uint64_t request_milli, const struct snug_log *log)
{
    if (!program_path[0])
        (void)find_program_path(); /* Without it no section is the program's. */
    struct snug_follow with = {
        .image = &image,
        .facts = &facts,
        .policy = &policy,
        .plan = &plan,
        .request_milli = request_milli,
        .log = *log,
        .page_bytes = vector.page_bytes,
        .program = program_path,
    };
    snug_follow_arm(&with);
}

/* musl's loader, started by hand, leaves its own headers in the vector. */
static bool find_image(void)
{
    return snug_elf_from_memory(vector.phdr, vector.n_phdr, &image) == 0 &&
           (!snug_objects_program(image.bias, &vector.phdr, &vector.n_phdr) ||
            snug_elf_from_memory(vector.phdr, vector.n_phdr, &image) == 0);
}

/* True if there is a plan to apply. */
static bool start(char **envp)
{
    if (snug_vector_find(envp, &vector) < 0 || !find_image())
        return false;
    const bool is_mentioned = snug_entries_mention(vector.envp, "SNUG");
    if ((is_mentioned && snug_policy_is_off(vector.envp)) || vector.is_privileged)
        return false;
    const uint64_t info = snug_program_find_go(&image);
    const bool is_wanted = info || may_want_all(is_mentioned);
    if (!is_wanted && !is_mentioned)
        return false;
    /* Baked into an image and brought by a pod as well: the first copy in load order
     * serves, for it alone sees who calls. One that is older than this rule serves wherever
     * it stands. */
    if (!snug_objects_leads(_DYNAMIC, "libsnug.so", "snug_one_serves"))
        return false;
    if (is_mentioned)
        snug_children_join(&vector, record);
    if (!is_wanted)
        return false;

    snug_policy_default(&policy);
    read_policy_file();
    snug_policy_read_environment(&policy, vector.envp);
    snug_program_read_loaded(&image, info, &facts.program);
    if (!facts.program.is_go && policy.setting[SNUG_SCOPE].word != SNUG_WORD_ALL)
        return false;

    snug_facts_gather_limits(&snug_file_live, snug_plan_names_limit(&policy), &facts);
    snug_variables_read(vector.envp, &facts.variables);
    const uint64_t request_milli = snug_policy_request_milli(&policy, vector.envp);
    snug_plan_make(&facts, &policy, request_milli, &plan);
    if (!plan.is_active)
        return false;
    if (snug_plan_needs_rest(&facts, &policy, &plan)) {
        snug_facts_gather_rest(&snug_file_live,
                               plan.is_rare || snug_placement_is_asked(&policy), &facts);
        if (snug_placement_needs_weights(&facts, &policy))
            snug_nodes_read_free(&snug_file_live, &facts.nodes);
        snug_trial_plan(&facts, &policy, request_milli, &plan);
    }

    struct snug_log log = snug_report_log(&policy, &plan);
    forgo_rare(&log);
    open_files(&log);
    const unsigned n_set = set_planned();
    /* Kernels that do not know the flag refuse; then advice is all there is. */
    if (plan.spans.forbids_huge || plan.spans.only_advised)
        (void)snug_sys_prctl(PR_SET_THP_DISABLE, 1,
                             plan.spans.only_advised ? EXCEPT_ADVISED : 0, 0, 0);
    if (plan.numa.is_confined)
        snug_window_confine(&plan.numa.cpus);
    arm_mappings();
    snug_view_show(&plan);
    if (plan.allocator.most_arenas)
        (void)snug_allocator_limit(plan.allocator.most_arenas); /* It may be another's. */
    if (plan.follow.is_on)
        arm_follow(request_milli, &log);
    if (plan.seccomp.is_guarded)
        snug_guard_arm(&plan.seccomp, &log);
    if (plan.threads.warn && !program_path[0])
        (void)find_program_path(); /* Without it a place has a number and no name. */
    if (plan.watches_heap)
        snug_heap_arm(&facts, &plan, &log);
    snug_threads_arm(&plan.threads, log.path, program_path);
    if (log.level != SNUG_LOG_OFF)
        snug_report_start(&log, &facts, &plan, n_set);
    return true;
}

void snug_start_run(char **envp)
{
    int not_started = NOT_STARTED;
    if (atomic_compare_exchange_strong(&state, &not_started, STARTING))
        atomic_store(&state, start(envp) ? ACTIVE : INACTIVE);
}

/* Whether this is the main thread, and libc's environ can be the start vector: that one
 * lies at the top of the main thread's stack. A copy that setenv made lies on the heap,
 * below every stack. Other stacks lie below what the kernel keeps free for the first, at
 * least 128 MiB. The thread is not asked for: a filter may kill a program for a call that
 * it never makes. */
static bool is_untouched(char **envp)
{
    static const uintptr_t near_bytes = 64u << 20;
    return (uintptr_t)envp - (uintptr_t)__builtin_frame_address(0) < near_bytes;
}

void snug_start_late(void)
{
    if (atomic_load_explicit(&state, memory_order_relaxed) != NOT_STARTED)
        return;
    char **entries = snug_objects_environ();
    if (!entries)
        return;
    if (snug_policy_is_off(entries))
        atomic_store(&state, INACTIVE);
    else if (is_untouched(entries))
        snug_start_run(entries);
}

const struct snug_plan *snug_start_plan(void)
{
    return atomic_load_explicit(&state, memory_order_acquire) == ACTIVE ? &plan : NULL;
}

/* Says the count by a variable after all, which the Go runtime reads a moment later. */
static void add_gomaxprocs(void)
{
    if (plan.cpu.sets_gomaxprocs || !plan.cpu.may_set_gomaxprocs ||
        !(gomaxprocs.has_place || is_untouched(vector.envp)))
        return;
    write_gomaxprocs(true);
    /* No room: the runtime counts all allowed CPUs, as without us. */
    plan.cpu.sets_gomaxprocs =
        gomaxprocs.has_place || set_variables(gomaxprocs.entry) > plan.n_variables;
}

void snug_start_see_unset(void)
{
    if (atomic_load_explicit(&state, memory_order_relaxed) == ACTIVE)
        snug_vector_refill(&vector);
}

void snug_start_open_window(const void *caller)
{
    if (snug_window_open(caller) < 0)
        add_gomaxprocs();
}

void snug_start_see_filter(void)
{
    if (!snug_start_plan())
        return;
    snug_log_see_filter();
    snug_follow_see_filter();
    atomic_store(&has_own_filter, true);
    if (snug_window_give_up())
        add_gomaxprocs();
    snug_heap_see_filter();
    snug_threads_see_filter();
}

bool snug_start_is_filtered(void)
{
    return atomic_load_explicit(&has_own_filter, memory_order_relaxed);
}

void snug_start_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                            int flags)
{
    const int now = atomic_load_explicit(&state, memory_order_relaxed);
    /* The window was never armed and never will be: no call for nothing. */
    if (now == INACTIVE)
        return;
    static const void *_Atomic closer;
    if (snug_window_close())
        atomic_store(&closer, caller);
    if (snug_caller_see_mapping(caller, at, n_bytes, prot, flags) &&
        (snug_window_end(caller, now <= STARTING) ||
         (atomic_load(&closer) != caller && snug_window_was_missed())))
        add_gomaxprocs(); /* Go counted after somebody else had closed it. */
    if (snug_inheritance_is_armed() && snug_caller_is_runtime(caller))
        snug_inheritance_see_mapping(at, n_bytes, prot, flags);
}

bool snug_start_is_settled(void)
{
    const int now = atomic_load_explicit(&state, memory_order_acquire);
    if (now != ACTIVE || plan.watches_heap || plan.ranges.align_bytes)
        return now == INACTIVE;
    return snug_window_is_over() && !snug_inheritance_is_armed() &&
           (!facts.program.is_go || snug_caller_is_known());
}
