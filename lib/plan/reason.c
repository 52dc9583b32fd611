/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reasons in words, for people. Nothing matches on these texts.
 */
#include "snug/plan/reason.h"

/* Arrays, not pointers: nothing to relocate in the preload object. */
static const char words[SNUG_N_REASONS][84] = {
    [SNUG_REASON_NONE] = "nothing was decided",
    [SNUG_REASON_OFF_SWITCH] = "SNUG=off",
    [SNUG_REASON_NOT_GO] = "the program is not a Go program",
    [SNUG_REASON_PROGRAM_UNKNOWN] = "the program could not be examined",
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

    [SNUG_REASON_THREADS_OFF] = "threads.warn = off",
    [SNUG_REASON_THREADS_WARN] = "threads.warn is a number",
    [SNUG_REASON_THREADS_RAW] = "the Go runtime starts its threads without libc",
    [SNUG_REASON_CHILD_OFF] = "child.pdeathsig = off",
    [SNUG_REASON_CHILD_SIGNAL] = "child.pdeathsig is a signal",
    [SNUG_REASON_CHILD_INHERITED] = "an ancestor's snug handed it down",

    [SNUG_REASON_FOLLOW_OFF] = "follow = off",
    [SNUG_REASON_FOLLOW_ON] = "follow = on",
    [SNUG_REASON_FOLLOW_LIBC] = "the Go runtime does not use libc",
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
};

const char *snug_reason_words(enum snug_reason reason)
{
    const unsigned i = (unsigned)reason;
    return i < SNUG_N_REASONS && words[i][0] ? words[i] : words[SNUG_REASON_NONE];
}
