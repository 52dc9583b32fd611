/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What will be done, and why: a pure function of facts and policy. Every decision carries
 * its reason, "change nothing" too.
 */
#pragma once

#include "snug/facts/facts.h"
#include "snug/plan/reason.h"
#include "snug/policy/policy.h"

enum {
    SNUG_PLAN_VARIABLES_MAX = 3,
    SNUG_VARIABLE_BYTES = 40,
    SNUG_TURNS = 240, /* Whole rounds for up to six equal nodes. */
};

struct snug_cpu_plan {
    unsigned count; /* CPUs to present; 0 if not even the allowed ones are known. */
    enum snug_reason reason;
    bool is_presented;          /* `presented` differs from what is allowed. */
    struct snug_cpus presented; /* A subset of the allowed CPUs, `count` of them. */
    bool is_shown;              /* C code is shown `presented` too. */
    enum snug_reason shown_reason;
    bool has_window; /* The Go runtime comes to this count itself, by what it is shown. */
    enum snug_reason window_reason;
    bool sets_gomaxprocs;
    enum snug_reason gomaxprocs_reason;
    enum snug_reason value_reason; /* What is to be said of the user's GOMAXPROCS. */
    /* Should narrowing fail after all, GOMAXPROCS is to say it instead. */
    bool may_set_gomaxprocs;
};

struct snug_memory_plan {
    bool sets_go_limit;
    uint64_t go_limit_bytes; /* 0 unless set. */
    uint64_t given_bytes;    /* Of it, what a busy collector has for a while. */
    bool is_measured;        /* It is what others leave, and has its floor. */
    enum snug_reason reason;
    enum snug_reason value_reason; /* What is to be said of the user's own value, if any. */
    uint64_t limit_bytes; /* Of the kernel's limit, the part to plan with; 0: no limit. */
    bool is_presented;    /* C code is shown `present_bytes` as the machine's memory. */
    uint64_t present_bytes;
    enum snug_reason present_reason;
    bool sets_gogc;
    enum snug_reason gogc_reason;
    uint64_t guard_bytes; /* The limit that the heap's growth may not pass; 0: no guard. */
    enum snug_reason guard_reason;
};

struct snug_numa_plan {
    /* Where the heap's memory is asked for: a bit for each node, 0 if nowhere. */
    uint64_t nodes;
    /* If there are several: the node of arena i is turn[i % SNUG_TURNS]. */
    uint8_t turn[SNUG_TURNS];
    enum snug_reason reason;
    bool is_confined;      /* Threads stay on `cpus`, all those of a node. */
    unsigned n_confined;   /* How many of them are allowed. */
    struct snug_cpus cpus; /* Empty unless is_confined. */
    enum snug_reason confine_reason;
};

struct snug_span_plan {
    bool forbids_huge;          /* No transparent huge pages in this process at all. */
    bool only_advised;          /* None but those that are advised, where the kernel can. */
    uint64_t huge_budget_bytes; /* Of the heap, to be advised; UINT64_MAX: all of it. */
    enum snug_reason huge_reason;
    bool names;
    enum snug_reason name_reason;
};

struct snug_prctl_plan {
    bool owns_thp; /* PR_SET_THP_DISABLE is answered and not made. */
    enum snug_reason reason;
};

struct snug_seccomp_plan {
    bool is_guarded; /* Filters are looked at. */
    bool softens;    /* And what they refuse is logged instead. */
    unsigned who;    /* Whose calls are looked for; see needs.h. */
    unsigned go_minor;
    enum snug_reason reason;
};

struct snug_thread_plan {
    uint64_t warn; /* N of threads.warn, 0 for no warning. */
    enum snug_reason reason;
};

/* What the children of this process are to ask for. */
struct snug_child_plan {
    unsigned signal; /* When this process dies they get it; 0 for none. */
    enum snug_reason reason;
};

/* Whether a running program follows a change of its limits, and what of it. */
struct snug_follow_plan {
    bool is_on; /* A thread looks again each `interval_ms`: at limits, or what is held; and
                 * at the policy. */
    uint64_t interval_ms;
    bool has_limits; /* The limits are followed. */
    enum snug_reason reason;
    bool measures; /* The target follows what others hold of the memory limit. */
    enum snug_reason measure_reason;
    bool moves_cpus; /* The Go runtime's count; C code is shown the new one anyhow. */
    enum snug_reason cpu_reason;
    bool moves_memory; /* The Go runtime's memory limit. */
    enum snug_reason memory_reason;
    /* What the runtime's own word says at the start: the target, or INT64_MAX for no limit,
     * which no variable has to say. 0 if nothing moves it: not the limit, and no new policy
     * either. */
    uint64_t first_bytes;
};

/* What becomes of the anonymous mappings of C code. */
struct snug_range_plan {
    uint64_t align_bytes; /* A power of two; 0: nothing is aligned. */
    enum snug_reason align_reason;
};

/* glibc's malloc. */
struct snug_allocator_plan {
    unsigned most_arenas; /* 0: as many as it likes. */
    enum snug_reason reason;
};

struct snug_plan {
    bool is_active;          /* Anything at all may be changed in this process. */
    enum snug_reason reason; /* Why not, or why. */
    struct snug_cpu_plan cpu;
    struct snug_memory_plan memory;
    struct snug_numa_plan numa;
    struct snug_span_plan spans;
    bool watches_heap; /* The hooks look for the heap's growth. */
    struct snug_prctl_plan prctl;
    struct snug_seccomp_plan seccomp;
    struct snug_thread_plan threads;
    struct snug_child_plan children;
    struct snug_follow_plan follow;
    struct snug_range_plan ranges;
    struct snug_allocator_plan allocator;
    /* Mistakes of the user's are told on standard error if they cannot be told in a log:
     * nobody has told them yet, and log = off was not asked for. */
    bool tells;
    bool is_rare; /* It has parts that make calls of SNUG_NEEDS_RARE. */
    /* Entries for the start vector, `NAME=value`. */
    unsigned n_variables;
    char variable[SNUG_PLAN_VARIABLES_MAX][SNUG_VARIABLE_BYTES];
};

/* `request_milli` is the CPU request where the policy takes it from the environment, 0 if
 * there is none. Writes all of `ret`. */
void snug_plan_make(const struct snug_facts *facts, const struct snug_policy *policy,
                    uint64_t request_milli, struct snug_plan *ret);

/* Whether a plan by this policy, or who carries it out, asks which file sets the memory
 * limit: to measure, to guard or to tell. */
bool snug_plan_names_limit(const struct snug_policy *policy);

/* Whether a plan that was made with snug_facts_gather_limits alone is to be made again with
 * the rest: what may be done, and where CPUs and memory lie, are files of their own. */
bool snug_plan_needs_rest(const struct snug_facts *facts, const struct snug_policy *policy,
                          const struct snug_plan *plan);

/* Takes out what `is_rare` stands for. */
void snug_plan_forgo_rare(struct snug_plan *plan);

/* The plan that changes nothing, for that reason. Writes all of `ret`. */
void snug_plan_forgo(const struct snug_facts *facts, enum snug_reason reason,
                     struct snug_plan *ret);
