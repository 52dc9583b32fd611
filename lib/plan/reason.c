/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reasons in words, for people. Nothing matches on these texts.
 */
#include "snug/plan/reason.h"

_Static_assert(SNUG_REASON_USER_VALUE == 27 && SNUG_REASON_RELIEF == 123 &&
                   SNUG_REASON_SHOWN_ON == 125,
               "a reason keeps its number");

/* Arrays, not pointers: nothing to relocate in the preload object. */
static const char words[SNUG_N_REASONS][84] = {
    [SNUG_REASON_NONE] = "nothing was decided",
    [SNUG_REASON_OFF_SWITCH] = "the variable SNUG switches it off",
    [SNUG_REASON_NOT_GO] = "the program is not a Go program",
    [SNUG_REASON_PROGRAM_UNKNOWN] = "the program cannot be read from here",
    [SNUG_REASON_GO_PROGRAM] = "the program is a Go program",
    [SNUG_REASON_SCOPE_ALL] = "scope = all",

    [SNUG_REASON_LIMIT_ROUNDED] = "the CPU limit, rounded",
    [SNUG_REASON_LIMIT_BELOW_MIN] = "the CPU limit is below cpu.min",
    [SNUG_REASON_LIMIT_ABOVE_ALLOWED] = "the CPU limit is above the allowed CPUs",
    [SNUG_REASON_REQUEST] = "no CPU limit is known; the CPU request times cpu.burst",
    [SNUG_REASON_REQUEST_BELOW_MIN] =
        "no CPU limit is known; the CPU request times cpu.burst is below cpu.min",
    [SNUG_REASON_REQUEST_ABOVE_ALLOWED] =
        "no CPU limit is known; the CPU request times cpu.burst is above the allowed CPUs",
    [SNUG_REASON_FIXED_COUNT] = "cpu.count is a number",
    [SNUG_REASON_FIXED_ABOVE_ALLOWED] = "cpu.count is above the allowed CPUs",
    [SNUG_REASON_COUNT_OFF] = "cpu.count = off",
    [SNUG_REASON_NO_LIMIT] = "no CPU limit and no CPU request",
    [SNUG_REASON_LIMIT_UNKNOWN] = "the CPU limit is unknown",
    [SNUG_REASON_ALLOWED_UNKNOWN] = "the allowed CPUs are unknown",

    [SNUG_REASON_ALL_ALLOWED] = "all allowed CPUs are presented",
    [SNUG_REASON_WINDOW] =
        "the mask is narrowed while the Go runtime counts, then restored",
    [SNUG_REASON_TRACED] =
        "snug run traces the start and cuts the answer that the Go runtime counts",
    [SNUG_REASON_TRACE_REFUSED] = "snug run would trace the start, and tracing is refused",
    [SNUG_REASON_TRACE_GAINS] =
        "tracing the start would take capabilities that the exec gives",
    [SNUG_REASON_NO_MMAP_IMPORT] =
        "the program does not call libc's mmap, so a narrowed mask could not be restored",
    [SNUG_REASON_ARCHIVE] =
        "the Go runtime is a part of a C program and starts on another thread",
    [SNUG_REASON_STATIC] = "the program is static, nothing can be preloaded",
    [SNUG_REASON_SECCOMP] =
        "a seccomp filter stands in the way of sched_setaffinity, or may",
    [SNUG_REASON_USER_VALUE] = "the user set it",
    [SNUG_REASON_RUNTIME_AGREES] = "the Go runtime comes to the same count by itself",
    [SNUG_REASON_RUNTIME_WOULD_DIFFER] = "the Go runtime would not stay with that count",
    [SNUG_REASON_NO_WINDOW] = "the Go runtime would count otherwise",

    [SNUG_REASON_MEMORY_LIMIT] = "the memory limit less memory.headroom",
    [SNUG_REASON_MEMORY_GIVEN] = "memory.limit is a size",
    [SNUG_REASON_MEMORY_OFF] = "memory.limit = off",
    [SNUG_REASON_MEMORY_NO_LIMIT] = "no memory limit",
    [SNUG_REASON_MEMORY_UNKNOWN] = "the memory limit is unknown",
    [SNUG_REASON_MEMORY_HIGH_ALONE] = "memory.high only slows down; there is no memory.max",
    [SNUG_REASON_MEMORY_TOO_SMALL] = "the memory limit is below 64 MiB",
    [SNUG_REASON_MEMORY_NO_ROOM] = "nothing usable is left of the memory limit",
    [SNUG_REASON_GO_TOO_OLD] = "Go before 1.19 has no GOMEMLIMIT",
    [SNUG_REASON_PROGRAM_LIMIT] = "AUTOMEMLIMIT is set, so the program sets its own",
    [SNUG_REASON_PRESENT_OFF] = "memory.present = off",
    [SNUG_REASON_PRESENT_ON] = "memory.present = on",
    [SNUG_REASON_GOGC_KEEP] = "memory.gogc = keep",
    [SNUG_REASON_GOGC_SET] = "memory.gogc is given",

    [SNUG_REASON_THP_PASS] = "prctl.thp = pass",
    [SNUG_REASON_THP_OWN] = "prctl.thp = own",
    [SNUG_REASON_GUARD_OFF] = "seccomp.guard = off",
    [SNUG_REASON_GUARD_AUDIT] = "seccomp.guard = audit",
    [SNUG_REASON_GUARD_LOG] = "seccomp.guard = log",

    [SNUG_REASON_PLACE_OFF] = "numa.place = off",
    [SNUG_REASON_PLACE_AUTO] =
        "the kernel takes memory of the node whose CPU is the first to use it",
    [SNUG_REASON_PLACE_LOCAL] = "numa.place = local: where the process was started",
    [SNUG_REASON_PLACE_INTERLEAVE] =
        "numa.place = interleave: whole arenas in turn, by free memory at start",
    [SNUG_REASON_PLACE_LIST] = "numa.place names nodes",
    [SNUG_REASON_PLACE_ONE_NODE] = "no second node to choose from",
    [SNUG_REASON_PLACE_NO_MEMORY] = "the node has no memory for this process",
    [SNUG_REASON_PLACE_NO_NODE] =
        "none of the nodes that numa.place names has memory for this process",
    [SNUG_REASON_PLACE_REFUSED] = "mbind is refused here, as by a seccomp filter",
    [SNUG_REASON_HEAP_UNSEEN] =
        "only a dynamic cgo program of Go maps its heap through libc",
    [SNUG_REASON_CONFINE_OFF] = "numa.confine = off",
    [SNUG_REASON_CONFINE_ON] = "the presented CPUs fit in the node",
    [SNUG_REASON_CONFINE_INSTEAD] =
        "mbind is refused here, so the heap goes where the threads are",
    [SNUG_REASON_CONFINE_ONE_NODE] = "there is one node",
    [SNUG_REASON_CONFINE_ALREADY] = "the allowed CPUs lie on one node",
    [SNUG_REASON_CONFINE_NO_FIT] =
        "the presented CPUs do not fit in the node where the process was started",
    [SNUG_REASON_HUGE_KEEP] = "span.huge = keep",
    [SNUG_REASON_HUGE_AUTO] = "span.huge = auto: the memory limit less memory.headroom",
    [SNUG_REASON_HUGE_NO_LIMIT] = "span.huge = auto, and there is no memory limit",
    [SNUG_REASON_HUGE_ALWAYS] = "span.huge = always",
    [SNUG_REASON_HUGE_NEVER] = "span.huge = never",
    [SNUG_REASON_NAME_OFF] = "span.name = off",
    [SNUG_REASON_NAME_ON] = "span.name = on",
    [SNUG_REASON_NAME_RUNTIME] = "from Go 1.25 on the runtime names its mappings itself",
    [SNUG_REASON_CEILING_OFF] = "span.guard = off",
    [SNUG_REASON_CEILING_REFUSE] = "span.guard = refuse",
    [SNUG_REASON_CEILING_SOFT] =
        "the tightest limit is memory.high, past which nobody is killed",
    [SNUG_REASON_CEILING_STATED] =
        "the limit is lxcfs's word, and the use of its cgroup cannot be seen",

    [SNUG_REASON_THREADS_OFF] = "threads.warn = off",
    [SNUG_REASON_THREADS_WARN] = "threads.warn is a number",
    [SNUG_REASON_THREADS_RAW] = "the Go runtime starts its threads without libc",
    [SNUG_REASON_CHILD_OFF] = "child.pdeathsig = off",
    [SNUG_REASON_CHILD_SIGNAL] = "child.pdeathsig is a signal",
    [SNUG_REASON_CHILD_INHERITED] = "an ancestor's snug handed it down",

    [SNUG_REASON_FOLLOW_OFF] = "follow = off",
    [SNUG_REASON_FOLLOW_ON] = "follow = on",
    [SNUG_REASON_FOLLOW_INIT] =
        "the object cannot follow here; snug run --init follows the memory limit",
    [SNUG_REASON_FOLLOW_FLOOR] =
        "the memory limit leaves the live heap too little, so headroom gives way",
    [SNUG_REASON_FOLLOW_NO_WORD] = "no word of the program holds GOMEMLIMIT's value",
    [SNUG_REASON_FOLLOW_TWO_WORDS] = "several words of the program hold GOMEMLIMIT's value",
    [SNUG_REASON_FOLLOW_TABLE] =
        "the program's table of functions is not laid out as any that snug knows",
    [SNUG_REASON_FOLLOW_NO_DOOR] = "the program does not export crosscall2",
    [SNUG_REASON_ALIGN_OFF] = "span.align = off",
    [SNUG_REASON_ALIGN_GIVEN] = "span.align is a size",
    [SNUG_REASON_ALIGN_ROUNDED] = "span.align, rounded down to a power of two",
    [SNUG_REASON_MAPS_RAW] = "the program maps memory without libc",

    [SNUG_REASON_PACKED] = "what is packed shows only then",
    [SNUG_REASON_FOREIGN] = "the program is not one of 64 bits for this machine",
    [SNUG_REASON_PRIVILEGED] = "the program is set-user-id or has capabilities of its own",
    [SNUG_REASON_GCCGO] = "gccgo's runtime is not the one that snug knows",
    [SNUG_REASON_BELOW_MAX] = "memory.max less memory.headroom",
    [SNUG_REASON_BELOW_HIGH] = "memory.high less half of memory.headroom",
    [SNUG_REASON_MEMORY_REQUEST] =
        "no memory limit is known; memory.request less memory.headroom",
    [SNUG_REASON_MEMORY_REQUEST_TOO_SMALL] =
        "no memory limit is known, and memory.request is below 64 MiB",
    [SNUG_REASON_PROGRAM_MODULE] = "automemlimit is built in, so the program sets its own",
    [SNUG_REASON_ARENAS_KEEP] = "malloc.arenas = keep",
    [SNUG_REASON_ARENAS_AUTO] = "malloc.arenas = auto: as many as CPUs",
    [SNUG_REASON_ARENAS_GIVEN] = "malloc.arenas is a number",
    [SNUG_REASON_ARENAS_NO_GLIBC] = "the program does not allocate by glibc",
    [SNUG_REASON_ARENAS_USER] = "MALLOC_ARENA_MAX or GLIBC_TUNABLES says how many",
    [SNUG_REASON_MEASURE_NOT] = "memory.headroom is given",
    [SNUG_REASON_MEASURE_ON] = "memory.headroom = measured",
    [SNUG_REASON_MEASURE_LAYOUT] =
        "snug does not know where this release of Go counts its memory",
    [SNUG_REASON_MEASURE_UNSEEN] = "the use of the cgroup with the limit cannot be seen",
    [SNUG_REASON_MEASURED] = "the memory limit less what others hold",
    [SNUG_REASON_ANNOUNCED] = "a lower memory limit is announced",
    [SNUG_REASON_MEASURED_FLOOR] = "others hold so much that the target is at its floor",
    [SNUG_REASON_VALUE_MALFORMED] =
        "Go ends at its start: it takes bytes, or B, KiB, MiB, GiB, TiB",
    [SNUG_REASON_VALUE_AT_LIMIT] =
        "not below the memory limit, so the kernel kills before Go saves",
    [SNUG_REASON_VALUE_NEAR_LIMIT] =
        "above 95% of the memory limit: little is left for what Go does not count",
    [SNUG_REASON_VALUE_BELOW_HALF] = "below half of the memory limit: the rest lies idle",
    [SNUG_REASON_VALUE_ABOVE_CPUS] = "above the CPU limit: the program is throttled",
    [SNUG_REASON_NO_C] = "the program has no libc that C code could ask",
    [SNUG_REASON_RELIEF] = "the collector is busy: a part of what is kept back is given",
    [SNUG_REASON_SHOWN_OFF] = "cpu.present = off",
    [SNUG_REASON_SHOWN_ON] = "cpu.present = on",
};

const char *snug_reason_words(enum snug_reason reason)
{
    const unsigned i = (unsigned)reason;
    return i < SNUG_N_REASONS && words[i][0] ? words[i] : words[SNUG_REASON_NONE];
}
