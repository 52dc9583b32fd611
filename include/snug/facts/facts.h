/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was measured: a plain struct that owns no memory. Words used here: the *limit* is
 * what the kernel enforces, the tightest over the process's own cgroup and every *visible
 * ancestor*; *allowed* are the CPUs the kernel lets the process use. *Unknown*, *none*
 * (nothing is enforced) and *set* are three different answers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snug/base/cpus.h"
#include "snug/base/file.h"

enum {
    SNUG_PATH_BYTES =
        4096, /* The kernel's own bound; cgroup paths of pods need about 250. */
    SNUG_VERSION_BYTES = 32,
    SNUG_NODE_UNKNOWN = 0xff,
    SNUG_NODES_MAX = 64, /* Nodes that memory is placed on are 0 to 63. */
};

enum snug_kind { SNUG_UNKNOWN, SNUG_NONE, SNUG_SET };

/* Why something is unknown. */
enum snug_why {
    SNUG_WHY_NOTHING,       /* It is not unknown. */
    SNUG_WHY_NO_PROC,       /* /proc/self's cgroup, mountinfo or status cannot be opened. */
    SNUG_WHY_NO_CONTROLLER, /* The process's cgroup line for this controller is missing. */
    SNUG_WHY_NOT_MOUNTED,   /* No cgroup file system with this controller is mounted. */
    SNUG_WHY_NOT_VISIBLE, /* Mounted, but the process's cgroup is not below what is mounted.
                           */
    SNUG_WHY_UNREADABLE,  /* The file is there and cannot be read. */
    SNUG_WHY_MALFORMED,   /* The file does not say what its format allows. */
    SNUG_WHY_TOO_LONG,    /* A path or a line is longer than snug's buffers. */
};

/* A CPU limit. It is quota_usec / period_usec CPUs; compare two by cross-multiplication. */
struct snug_quota {
    enum snug_kind kind;
    enum snug_why why;
    uint64_t quota_usec;
    uint64_t period_usec;       /* Never 0 if kind is SNUG_SET. */
    char from[SNUG_PATH_BYTES]; /* The file, as seen below the root; "" unless SNUG_SET. */
};

struct snug_bytes {
    enum snug_kind kind;
    enum snug_why why;
    bool is_stated; /* By lxcfs: of no cgroup that can be seen. */
    uint64_t bytes;
    char from[SNUG_PATH_BYTES];
};

struct snug_cpu_facts {
    struct snug_cpus allowed;
    unsigned n_allowed; /* 0: unknown, for `allowed_why`. */
    enum snug_why allowed_why;
    unsigned current; /* The CPU this thread runs on, SNUG_CPUS_MAX if unknown. */
    struct snug_quota limit;
    /* The own cgroup's limit alone, which is what Go >= 1.25 reads (facts:
     * internal/cgroup). */
    struct snug_quota own;
    /* Whether the cgroup mount's root is "/": Go 1.25 joins mount point and path and finds
     * nothing otherwise (golang/go#76390, mended in 1.26). */
    bool is_mounted_whole;
    /* Go from 1.26 on takes the first mount that says to show the own cgroup, and that one
     * is hidden. */
    bool misleads_go;
};

struct snug_memory_facts {
    struct snug_bytes limit; /* memory.max and memory.high alike; v1: both of its files. */
    /* The tightest limit that the kernel kills at, 0 if there is none: memory.max without
     * memory.high, at which it slows down. */
    uint64_t hard_bytes;
    /* A lower limit that a file announces (follow.announce); 0: none. */
    uint64_t announced_bytes;
};

struct snug_node_facts {
    unsigned n_online;              /* 0: unknown. */
    uint8_t node_of[SNUG_CPUS_MAX]; /* Only if n_online > 1; SNUG_NODE_UNKNOWN: no node. */
    /* A bit for each of the nodes 0 to 63; 0 unless n_online > 1. */
    uint64_t with_cpus;
    uint64_t with_memory;
    uint64_t free_bytes[SNUG_NODES_MAX]; /* 0: unknown, or nobody asked. */
};

enum snug_libc { SNUG_LIBC_UNKNOWN, SNUG_LIBC_NONE, SNUG_LIBC_GLIBC, SNUG_LIBC_MUSL };

enum snug_answer { SNUG_MAYBE, SNUG_NO, SNUG_YES };

/* Go modules by which a program sizes itself, as its build information names them; bits. */
enum snug_library {
    SNUG_LIBRARY_AUTOMEMLIMIT = 1,
    SNUG_LIBRARY_AUTOMAXPROCS = 2,
    SNUG_LIBRARY_GOMAXECS = 4,
};

/* How a program's start is reached from outside; only the command asks. */
enum snug_start {
    SNUG_START_FROM_WITHIN, /* It is not: the object does what there is to be done. */
    SNUG_START_TRACED,      /* The runtime's count is cut for it. */
    SNUG_START_REFUSED,     /* It should be traced, and may not be. */
    SNUG_START_GAINS,       /* Tracing would take privileges that its exec gives. */
    SNUG_START_PRIVILEGED,  /* The loader ignores the object too: variables are all. */
};

/* The program that runs, or would run. Everything is "no" or 0 if `is_known` is false. */
struct snug_program {
    bool is_known;
    bool is_assumed; /* No program was given: a cgo Go program of the newest release. */
    bool is_go;
    /* Its runtime maps memory through libc: the start window can close. Of Go programs
     * only. */
    bool imports_mmap;
    bool is_static; /* Has no interpreter: nothing can be preloaded. */
    bool is_pie;
    bool is_archive; /* C code with Go linked in: the runtime starts on a thread of its own.
                      */
    bool may_be_archive; /* The build mode is not recorded, or is that. */
    bool has_psx;        /* libcap's psx is built in: see apply/follow.c. */
    bool is_gccgo; /* Of programs that are not Go by the rules above; only the command asks.
                    */
    enum snug_start start;
    bool is_attended; /* It is started by an init that traces and stays; the command's. */
    enum snug_libc libc;
    char interpreter[SNUG_PATH_BYTES];
    char go_version[SNUG_VERSION_BYTES]; /* "go1.22.12"; "" if unknown or not Go. */
    unsigned go_minor; /* 22; 0 if unknown. A development build is the newest. */
    /* From Go 1.25: does the runtime read the CPU limit at start, and does it go on
     * looking? Decided by the release and the main module's default GODEBUG (its go.mod's
     * version). */
    enum snug_answer follows_container;
    enum snug_answer follows_updates;
    unsigned libraries; /* Of enum snug_library. */
};

/* Whose value a variable holds. */
enum snug_owner {
    SNUG_OWNER_NOBODY, /* Not set. An empty value is set, by the user. */
    SNUG_OWNER_USER,
    SNUG_OWNER_SNUG, /* Set by snug in an ancestor of this process; SNUG_SET records it. */
};

/* What the snug of the parent handed down: a tie of its children's life to its own. The
 * process that it names is the parent, or was, unless one of that process's forked copies
 * started this one. */
struct snug_tie {
    unsigned signal; /* For the children when that process dies; 0: there is no tie. */
    int pid;
    uint64_t start_ticks; /* When it started, by the kernel's count; 0 if unknown. */
    uint64_t namespace;   /* Of process ids, by its inode; 0 if unknown. */
    uint64_t group;       /* Its process group when it started; 0 if unknown. */
};

struct snug_variable_facts {
    enum snug_owner gomaxprocs;
    enum snug_owner gomemlimit;
    enum snug_owner gogc;
    /* AUTOMEMLIMIT tells the library automemlimit which share of the limit it is to set.
     * It does nothing for "off", and where GOMEMLIMIT is set. */
    bool has_automemlimit;
    bool is_automemlimit_off;
    /* The user's values, as Go reads them. SNUG_UNKNOWN: Go ends at its start; SNUG_NONE:
     * there is none, or `off`. */
    enum snug_kind gomemlimit_kind;
    uint64_t gomemlimit_bytes;
    uint64_t gomaxprocs_count; /* 0 unless the user set it. */
    bool has_arenas;           /* glibc is told how many arenas to make. */
    /* GODEBUG's containermaxprocs and updatemaxprocs: SNUG_MAYBE if not mentioned. */
    enum snug_answer container_maxprocs;
    enum snug_answer update_maxprocs;
    struct snug_tie tie;
    bool is_told; /* A parent has told what is wrong with the user's words. */
};

enum snug_seccomp {
    SNUG_SECCOMP_UNKNOWN,
    SNUG_SECCOMP_OFF,
    SNUG_SECCOMP_STRICT,
    SNUG_SECCOMP_FILTER
};

struct snug_privilege_facts {
    enum snug_answer no_new_privs;
    enum snug_seccomp seccomp;
    unsigned n_filters; /* Of seccomp; 0: none, or unknown, as before Linux 5.9. */
    /* The mask has every CPU that the machine may ever have: nothing restricts it. False
     * where that cannot be told. */
    bool has_all_cpus;
    uint64_t mems_allowed; /* By cpuset, a bit for each of the nodes 0 to 63; 0: unknown. */
    bool has_capabilities; /* Whether `effective` was read. */
    uint64_t effective;    /* CapEff, bit by capability number. */
    /* Whether sched_setaffinity may be called safely; SNUG_MAYBE if a filter is active, or
     * may be, and nobody has tried. Set by apply, which tries in a child. */
    enum snug_answer may_set_affinity;
    enum snug_answer may_place; /* Likewise for mbind. */
};

struct snug_facts {
    struct snug_cpu_facts cpu;
    struct snug_memory_facts memory;
    struct snug_node_facts nodes;
    struct snug_program program;
    struct snug_variable_facts variables;
    struct snug_privilege_facts privileges;
};

/* Gathers everything but the program and the variables, which have their own functions and
 * are left as they are. Cannot fail: what cannot be learned is unknown, with its reason. On
 * the live root the allowed CPUs come from the kernel, elsewhere from proc/self/status,
 * which wants online.h. */
void snug_facts_gather(const struct snug_root *root, struct snug_facts *ret);

/* The same in two parts: first the allowed CPUs, on the live root, and the limits, which
 * are enough where nothing is to be set, `is_named` as in limits.h; then the rest. Where
 * nobody asks for a node, `needs_nodes` is false, they only tell which CPUs lie together.
 * Then the node is read where the presented CPUs begin; and a process that may use the
 * memory of one node alone is taken for one on a machine that has no other, as it mostly
 * is, and no file is read for that. */
void snug_facts_gather_limits(const struct snug_root *root, bool is_named,
                              struct snug_facts *ret);
void snug_facts_gather_rest(const struct snug_root *root, bool needs_nodes,
                            struct snug_facts *ret);

/* Reads anew what a live resize can change: the allowed CPUs and the limits, of the live
 * system. `current` stays, so that a new choice of CPUs resembles the old. */
void snug_facts_refresh(struct snug_facts *facts);

/* In words, without a full stop, for a line such as `unknown: WORDS`. Never NULL. */
const char *snug_facts_why(enum snug_why why);
