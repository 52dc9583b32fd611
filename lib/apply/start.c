/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The order of a start. What surprises: it must cost next to nothing in the many processes
 * that are not Go programs, so the program is looked at before any file is.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/prctl.h>

#include "snug/apply/caller.h"
#include "snug/apply/children.h"
#include "snug/apply/follow.h"
#include "snug/apply/guard.h"
#include "snug/apply/heap.h"
#include "snug/apply/inheritance.h"
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

/* libc's; absent in a program without libc. */
extern char **__environ __attribute__((weak));

/* This object's own dynamic section. */
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));

static const struct snug_root live = {.fd = -1};

/* One of each per process; written by the thread that starts, read-only afterwards. */
static _Atomic int state;
static struct snug_vector vector;
static struct snug_elf image;
static struct snug_facts facts;
static struct snug_policy policy;
static struct snug_plan plan;
static char record[SNUG_RECORD_BYTES];
static char tie_word[SNUG_CHILDREN_WORD_BYTES]; /* Empty: nothing is handed down. */
static char program_path[SNUG_PATH_BYTES];

static int find_image(const struct snug_vector *from, struct snug_elf *ret)
{
    uint64_t phdr = 0;
    uint64_t n_phdr = 0;
    (void)snug_vector_auxv(from, AT_PHDR, &phdr);    /* snug_vector_find saw it. */
    (void)snug_vector_auxv(from, AT_PHNUM, &n_phdr); /* Without it nothing is found. */
    return snug_elf_from_memory((const void *)(uintptr_t)phdr, n_phdr, ret);
}

static bool is_privileged(void)
{
    uint64_t is_secure = 0;
    return !snug_vector_auxv(&vector, AT_SECURE, &is_secure) || is_secure;
}

/* Sets `program_path` to the executable's path, for `[program GLOB]` sections. */
static struct snug_text find_program_path(void)
{
    if (snug_trial_is_filtered()) /* No loader calls readlink. */
        return snug_maps_path(&live, image.phdr, sizeof program_path, program_path);
    const long n =
        snug_sys_readlinkat(AT_FDCWD, "/proc/self/exe", program_path, sizeof program_path);
    return n > 0 && (size_t)n < sizeof program_path
               ? (struct snug_text){program_path, (size_t)n}
               : (struct snug_text){0};
}

static void read_policy(void)
{
    snug_policy_default(&policy);
    __attribute__((cleanup(snug_file_close))) const int fd = snug_policy_open_file(
        &policy, &live, snug_entries_value(vector.envp, "SNUG_POLICY"));
    if (fd >= 0)
        snug_conf_read(&policy, fd, find_program_path());
    snug_policy_read_environment(&policy, vector.envp);
}

/* Whether a program that is not Go may be meant. Most processes leave here, after one look
 * at the environment and one attempt to open the file. */
static bool may_want_all(bool is_mentioned)
{
    if (is_mentioned && (snug_entries_value(vector.envp, "SNUG_SCOPE").n ||
                         snug_entries_value(vector.envp, "SNUG_POLICY").n))
        return true;
    const int fd = snug_file_open(&live, "/etc/snug.conf");
    snug_file_close(&fd);
    return fd >= 0;
}

/* A seccomp filter may kill instead of refuse. A plan is made as if it did neither; a child
 * tries what that plan makes use of, and nothing else, since its death is logged. What it
 * may not do is planned without. */
static void make_plan(uint64_t request_milli)
{
    struct snug_privilege_facts *may = &facts.privileges;
    const bool has_filter = may->seccomp == SNUG_SECCOMP_FILTER;
    bool asks_affinity = has_filter && facts.cpu.n_allowed && facts.program.is_go &&
                         facts.program.imports_mmap && !facts.program.is_archive;
    bool asks_place = may->n_filters && snug_placement_needs_trial(&facts, &policy);
    if (asks_affinity)
        may->may_set_affinity = SNUG_YES;
    if (asks_place)
        may->may_place = SNUG_YES;

    bool is_planned = false;
    while (!is_planned) {
        snug_plan_make(&facts, &policy, request_milli, &plan);
        is_planned = true;
        if (asks_place && plan.numa.nodes) {
            asks_place = false;
            may->may_place = snug_place_probe();
            is_planned = may->may_place == SNUG_YES;
        }
        if (asks_affinity && (plan.cpu.has_window || plan.numa.is_confined)) {
            asks_affinity = false;
            may->may_set_affinity = snug_trial_affinity(&facts.cpu.allowed);
            is_planned &= may->may_set_affinity == SNUG_YES;
        }
    }
}

/* Gives up what is off by default and needs calls that a seccomp filter kills for. */
static void forgo_rare(struct snug_log *log)
{
    if (!plan.is_rare || snug_trial_is_safe())
        return;
    log->level = SNUG_LOG_OFF;
    plan.seccomp = (struct snug_seccomp_plan){0};
    plan.threads = (struct snug_thread_plan){0};
    plan.memory.guard_bytes = 0;
    plan.spans = (struct snug_span_plan){0};
    plan.children = (struct snug_child_plan){0};
    plan.follow.is_on = false;
    policy.setting[SNUG_STATS_FILE].unit = SNUG_UNIT_WORD;
}

static void find_bounds(const char **ret_low, const char **ret_high)
{
    *ret_low = NULL;
    *ret_high = NULL;
    for (size_t i = 0; i < image.n_phdr; i++) {
        const Elf64_Phdr *segment = &image.phdr[i];
        const char *at = (const char *)(image.bias + segment->p_vaddr);
        if (segment->p_type != PT_LOAD)
            continue;
        if (!*ret_low || at < *ret_low)
            *ret_low = at;
        if (at + segment->p_memsz > *ret_high)
            *ret_high = at + segment->p_memsz;
    }
}

/* Whether the runtime's mappings and threads are seen: then what is set can be taken out
 * again. */
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
    const char *word = tie_word[0] ? tie_word : NULL;
    const unsigned ret = snug_vector_set(&vector, entries, n, word, record, is_passing());
    if ((ret || word) && is_passing())
        snug_inheritance_arm(&vector, word, record);
    return ret;
}

/* What is done at each mapping. Without a window the runtime's start is only looked out
 * for. */
static void arm_mappings(void)
{
    const char *low;
    const char *high;
    find_bounds(&low, &high);
    if (plan.cpu.has_window || plan.follow.is_on)
        snug_window_arm(plan.cpu.has_window ? &plan.cpu.presented : NULL, low, high);

    if (!facts.program.is_go)
        low = high = NULL;
    snug_caller_arm(low, high);

    uint64_t page_bytes = 0;
    if (!snug_vector_auxv(&vector, AT_PAGESZ, &page_bytes))
        return;
    snug_ranges_arm(&plan.ranges, page_bytes);
}

static struct snug_log find_log(void)
{
    const struct snug_setting *setting = &policy.setting[SNUG_LOG];
    const struct snug_setting *file = &policy.setting[SNUG_LOG_FILE];
    return (struct snug_log){
        .level = (enum snug_log_level)setting->word,
        .path = file->unit == SNUG_UNIT_PATH ? file->text : NULL,
    };
}

static void open_stats(const struct snug_log *log)
{
    const struct snug_setting *setting = &policy.setting[SNUG_STATS_FILE];
    const int r = setting->unit == SNUG_UNIT_PATH ? snug_statsfile_open(setting->text) : 0;
    if (r < 0)
        snug_report_failure(log, "stats.file is not used", r);
}

static void arm_follow(uint64_t request_milli, const struct snug_log *log)
{
    struct snug_follow with = {
        .image = &image,
        .facts = &facts,
        .policy = &policy,
        .plan = &plan,
        .request_milli = request_milli,
        .log = *log,
    };
    (void)snug_vector_auxv(&vector, AT_PAGESZ,
                           &with.page_bytes); /* snug_vector_find saw it. */
    snug_follow_arm(&with);
}

/* True if there is a plan to apply. */
static bool start(char **envp)
{
    if (snug_vector_find(envp, &vector) < 0 || find_image(&vector, &image) < 0)
        return false;
    const bool is_mentioned = snug_entries_mention(vector.envp, "SNUG");
    if ((is_mentioned && snug_policy_is_off(vector.envp)) || is_privileged())
        return false;
    const bool is_wanted = snug_program_is_go(&image) || may_want_all(is_mentioned);
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

    read_policy();
    snug_program_read(&image, &facts.program);
    if (!facts.program.is_go && policy.setting[SNUG_SCOPE].word != SNUG_WORD_ALL)
        return false;

    snug_facts_gather(&live, &facts);
    snug_variables_read(vector.envp, &facts.variables);
    if (snug_placement_needs_weights(&facts, &policy))
        snug_nodes_read_free(&live, &facts.nodes);
    const uint64_t request_milli = snug_policy_request_milli(&policy, vector.envp);
    make_plan(request_milli);
    if (!plan.is_active)
        return false;

    struct snug_log log = find_log();
    forgo_rare(&log);
    snug_children_hand_down(&plan.children, tie_word);
    const unsigned n_set = set_variables(NULL);
    /* Kernels that do not know the flag refuse; then advice is all there is. */
    if (plan.spans.forbids_huge || plan.spans.only_advised)
        (void)snug_sys_prctl(PR_SET_THP_DISABLE, 1,
                             plan.spans.only_advised ? EXCEPT_ADVISED : 0, 0, 0);
    if (plan.numa.is_confined)
        snug_window_confine(&plan.numa.cpus);
    arm_mappings();
    snug_view_show(&plan);
    if (plan.follow.is_on)
        arm_follow(request_milli, &log);
    if (plan.seccomp.is_guarded)
        snug_guard_arm(&plan.seccomp, &log);
    if (plan.threads.warn && !program_path[0])
        (void)find_program_path(); /* Without it a place has a number and no name. */
    if (plan.watches_heap)
        snug_heap_arm(&facts, &plan, &log);
    snug_threads_arm(&plan.threads, log.path, program_path);
    open_stats(&log);
    if (log.level != SNUG_LOG_OFF)
        snug_report_start(&log, &facts, &policy, &plan, n_set);
    return true;
}

void snug_start_run(char **envp)
{
    int not_started = NOT_STARTED;
    if (atomic_compare_exchange_strong(&state, &not_started, STARTING))
        atomic_store(&state, start(envp) ? ACTIVE : INACTIVE);
}

/* Whether libc's environ can be the start vector: that one lies at the top of the main
 * thread's stack. A copy that setenv made lies on the heap, below every stack. Other stacks
 * lie below what the kernel keeps free for the first, at least 128 MiB. The thread is not
 * asked for: a filter may kill a program for a call that it never makes. */
static bool is_untouched(char **envp)
{
    static const uintptr_t near_bytes = 64u << 20;
    return (uintptr_t)envp - (uintptr_t)__builtin_frame_address(0) < near_bytes;
}

void snug_start_late(void)
{
    if (atomic_load_explicit(&state, memory_order_relaxed) != NOT_STARTED || !&__environ ||
        !__environ)
        return;
    if (snug_policy_is_off(__environ))
        atomic_store(&state, INACTIVE);
    else if (is_untouched(__environ))
        snug_start_run(__environ);
}

const struct snug_plan *snug_start_plan(void)
{
    return atomic_load_explicit(&state, memory_order_acquire) == ACTIVE ? &plan : NULL;
}

/* Says the count by a variable after all, which the Go runtime reads a moment later. */
static void add_gomaxprocs(void)
{
    static char entry[SNUG_VARIABLE_BYTES];
    if (plan.cpu.sets_gomaxprocs || !plan.cpu.may_set_gomaxprocs)
        return;
    struct snug_builder out = snug_text_build(entry, sizeof entry);
    snug_text_put(&out, "GOMAXPROCS=");
    snug_text_put_u64(&out, plan.cpu.count);
    /* No room: the runtime counts all allowed CPUs, as without us. */
    plan.cpu.sets_gomaxprocs = set_variables(entry) > plan.n_variables;
}

void snug_start_open_window(const void *caller)
{
    if (snug_window_open(caller) < 0)
        add_gomaxprocs();
}

void snug_start_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                            int flags)
{
    const int now = atomic_load_explicit(&state, memory_order_relaxed);
    /* The window was never armed and never will be: no call for nothing. */
    if (now == INACTIVE)
        return;
    snug_window_close();
    if (snug_caller_see_mapping(caller, at, n_bytes, prot, flags) &&
        snug_window_end(caller, now <= STARTING))
        add_gomaxprocs();
    if (snug_inheritance_is_armed() && snug_caller_is_runtime(caller))
        snug_inheritance_see_mapping(at, n_bytes, prot, flags);
}
