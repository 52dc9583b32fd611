/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The keys in words. Nothing in the preload object refers to this file, so it stays out.
 */
#include "snug/policy/meanings.h"

const struct snug_meaning snug_meanings[SNUG_N_KEYS] = {
    [SNUG_SCOPE] = {.values = "`go` `all`",
                    .text = "which processes are touched; `all` also shows CPUs and "
                            "memory to dynamic programs of other languages"},
    [SNUG_CPU_COUNT] = {.values = "`auto` `off` N", .text = "CPUs to present"},
    [SNUG_CPU_ROUND] = {.values = "`up` `down` `nearest`",
                        .text = "a limit of 2.5 CPUs is 3, 2 or 3"},
    [SNUG_CPU_MIN] = {.values = "N",
                      .text = "never present fewer, if that many are allowed"},
    [SNUG_CPU_REQUEST] = {.values = "`off` `env` MILLICORES",
                          .text = "without a limit: size by the request; `env` reads "
                                  "`SNUG_CPU_REQUEST_MILLI` (0 or unset means none)"},
    [SNUG_CPU_BURST] = {.values = "PERCENT", .text = "how far above the request to go"},
    [SNUG_CPU_PRESENT] = {.values = "`off` `on`",
                          .text = "show the count to C code too (affinity masks, "
                                  "`_SC_NPROCESSORS_ONLN`, `get_nprocs`)"},
    [SNUG_MEMORY_LIMIT] = {.values = "`auto` `off` SIZE",
                           .text = "the limit to hand to Go as `GOMEMLIMIT`"},
    [SNUG_MEMORY_HEADROOM] =
        {.values = "PERCENT, SIZE, PERCENT+SIZE or `measured`",
         .text = "kept back for what Go does not count (C heap, stacks, page tables); "
                 "`measured` is what is really held"},
    [SNUG_MEMORY_SHARE] = {.values = "PERCENT",
                           .text = "the part of the limit that this process plans with"},
    [SNUG_MEMORY_REQUEST] = {.values = "`off` `env` SIZE",
                             .text = "without a limit: aim at the request; `env` reads "
                                     "`SNUG_MEMORY_REQUEST_BYTES` (0 or unset means none)"},
    [SNUG_MEMORY_GOGC] = {.values = "`keep` `off` N", .text = "`GOGC`"},
    [SNUG_MEMORY_PRESENT] = {.values = "`off` `on`",
                             .text = "show the limit to C code too (`_SC_PHYS_PAGES`, "
                                     "`_SC_AVPHYS_PAGES`, `sysinfo`)"},
    [SNUG_MALLOC_ARENAS] = {.values = "`keep` `auto` N",
                            .text = "how many arenas glibc's `malloc` makes; `auto` is as "
                                    "many as CPUs are presented"},
    [SNUG_NUMA_PLACE] = {.values = "`off` `auto` `local` `interleave` `node:LIST`",
                         .text = "where heap arenas go; `auto` leaves that to the kernel"},
    [SNUG_NUMA_CONFINE] = {.values = "`off` `on`",
                           .text = "if the presented CPUs fit in one node, keep the "
                                   "process on the node it was started on"},
    [SNUG_SPAN_HUGE] =
        {.values = "`keep` `auto` `always` `never`",
         .text = "huge-page advice for heap spans, within a budget set by the limit"},
    [SNUG_SPAN_ALIGN] =
        {.values = "`off` SIZE",
         .text = "place large anonymous mappings of C code at multiples of SIZE"},
    [SNUG_SPAN_GUARD] = {.values = "`off` `refuse`",
                         .text = "refuse heap growth past the limit, so that Go dies with "
                                 "its own message and stacks, not by SIGKILL"},
    [SNUG_SPAN_NAME] = {.values = "`off` `on`", .text = "name spans in `/proc/PID/maps`"},
    [SNUG_PRCTL_THP] =
        {.values = "`pass` `own`",
         .text =
             "`own`: later `PR_SET_THP_DISABLE` calls by libraries do not undo the policy"},
    [SNUG_SECCOMP_GUARD] = {.values = "`off` `audit` `log`",
                            .text = "look at seccomp filters the program loads; `log` "
                                    "turns their refusals into log entries"},
    [SNUG_FOLLOW] = {.values = "`off` `on`",
                     .text =
                         "a running program follows a change of its CPU and memory limits"},
    [SNUG_FOLLOW_INTERVAL] = {.values = "SECONDS or Nms",
                              .text = "how often the limits are read again"},
    [SNUG_FOLLOW_ANNOUNCE] = {.values = "PATH",
                              .text = "a file with the memory limit that is wanted, in "
                                      "bytes; aimed at if it is lower"},
    [SNUG_CHILD_PDEATHSIG] = {.values = "`off` SIGNAL",
                              .text =
                                  "children of the program get this signal when it dies"},
    [SNUG_THREADS_WARN] = {.values = "`off` N",
                           .text =
                               "one log line each time the thread count doubles past N"},
    [SNUG_LOG] = {.values = "`off` `error` `info` `debug`",
                  .text = "to `log.file`, else standard error"},
    [SNUG_LOG_FILE] = {.values = "PATH", .text = "appended, one line a record"},
    [SNUG_STATS_FILE] = {.values = "PATH",
                         .text = "shared page with the counters; `%p` is the process id"},
};
