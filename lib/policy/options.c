/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one table of what can be asked for, and the names that follow from it.
 */
#include "snug/base/cpus.h"
#include "snug/policy/options.h"

enum { NODES_MAX = 1024, THREADS_MAX = 1 << 22, NAME_BYTES = 32 };

const struct snug_option snug_options[SNUG_N_KEYS] = {
    [SNUG_SCOPE] = {.name = "scope",
                    .words = "go all",
                    .units = SNUG_UNIT_WORD,
                    .initial = "go"},
    [SNUG_CPU_COUNT] = {.name = "cpu.count",
                        .words = "auto off",
                        .units = SNUG_UNIT_WORD | SNUG_UNIT_COUNT,
                        .least = 1,
                        .most = SNUG_CPUS_MAX,
                        .initial = "auto"},
    [SNUG_CPU_ROUND] = {.name = "cpu.round",
                        .words = "up down nearest",
                        .units = SNUG_UNIT_WORD,
                        .initial = "up"},
    [SNUG_CPU_MIN] = {.name = "cpu.min",
                      .words = "",
                      .units = SNUG_UNIT_COUNT,
                      .least = 1,
                      .most = SNUG_CPUS_MAX,
                      .initial = "2"},
    [SNUG_CPU_REQUEST] = {.name = "cpu.request",
                          .words = "off env",
                          .units = SNUG_UNIT_WORD | SNUG_UNIT_MILLI,
                          .least = 1,
                          .most = SNUG_CPUS_MAX * 1000,
                          .initial = "env"},
    [SNUG_CPU_BURST] = {.name = "cpu.burst",
                        .words = "",
                        .units = SNUG_UNIT_PERCENT,
                        .least = 100,
                        .most = 10000,
                        .initial = "200%"},
    [SNUG_CPU_PRESENT] = {.name = "cpu.present",
                          .words = "off on",
                          .units = SNUG_UNIT_WORD,
                          .initial = "on"},
    [SNUG_MEMORY_LIMIT] = {.name = "memory.limit",
                           .words = "auto off",
                           .units = SNUG_UNIT_WORD | SNUG_UNIT_BYTES,
                           .least_bytes_log2 = 22, /* Go's heap is that large at least. */
                           .most_bytes_log2 = 63,
                           .initial = "auto"},
    [SNUG_MEMORY_HEADROOM] = {.name = "memory.headroom",
                              .words = "measured",
                              .units = SNUG_UNIT_WORD | SNUG_UNIT_PERCENT |
                                       SNUG_UNIT_BYTES | SNUG_UNIT_SUM,
                              .most = 99,
                              .least_bytes_log2 = 20,
                              .most_bytes_log2 = 63,
                              .initial = "10%"},
    [SNUG_MEMORY_SHARE] = {.name = "memory.share",
                           .words = "",
                           .units = SNUG_UNIT_PERCENT,
                           .least = 1,
                           .most = 100,
                           .initial = "100%"},
    [SNUG_MEMORY_REQUEST] = {.name = "memory.request",
                             .words = "off env",
                             .units = SNUG_UNIT_WORD | SNUG_UNIT_BYTES,
                             .least_bytes_log2 = 22,
                             .most_bytes_log2 = 63,
                             .initial = "off"},
    [SNUG_MEMORY_GOGC] = {.name = "memory.gogc",
                          .words = "keep off",
                          .units = SNUG_UNIT_WORD | SNUG_UNIT_COUNT,
                          .least = 1,
                          .most = 1000000,
                          .initial = "keep"},
    [SNUG_MEMORY_PRESENT] = {.name = "memory.present",
                             .words = "off on",
                             .units = SNUG_UNIT_WORD,
                             .initial = "off"},
    [SNUG_MALLOC_ARENAS] = {.name = "malloc.arenas",
                            .words = "keep auto",
                            .units = SNUG_UNIT_WORD | SNUG_UNIT_COUNT,
                            .least = 1,
                            .most = SNUG_CPUS_MAX,
                            .initial = "keep"},
    [SNUG_NUMA_PLACE] = {.name = "numa.place",
                         .words = "off auto local interleave",
                         .units = SNUG_UNIT_WORD | SNUG_UNIT_NODES,
                         .most = NODES_MAX - 1,
                         .initial = "auto"},
    [SNUG_NUMA_CONFINE] = {.name = "numa.confine",
                           .words = "off on",
                           .units = SNUG_UNIT_WORD,
                           .initial = "off"},
    [SNUG_SPAN_HUGE] = {.name = "span.huge",
                        .words = "keep auto always never",
                        .units = SNUG_UNIT_WORD,
                        .initial = "keep"},
    [SNUG_SPAN_ALIGN] = {.name = "span.align",
                         .words = "off",
                         .units = SNUG_UNIT_WORD | SNUG_UNIT_BYTES,
                         .least_bytes_log2 = 12,
                         .most_bytes_log2 = 30,
                         .initial = "off"},
    [SNUG_SPAN_GUARD] = {.name = "span.guard",
                         .words = "off refuse",
                         .units = SNUG_UNIT_WORD,
                         .initial = "off"},
    [SNUG_SPAN_NAME] = {.name = "span.name",
                        .words = "off on",
                        .units = SNUG_UNIT_WORD,
                        .initial = "off"},
    [SNUG_PRCTL_THP] = {.name = "prctl.thp",
                        .words = "pass own",
                        .units = SNUG_UNIT_WORD,
                        .initial = "pass"},
    [SNUG_SECCOMP_GUARD] = {.name = "seccomp.guard",
                            .words = "off audit log",
                            .units = SNUG_UNIT_WORD,
                            .initial = "off"},
    [SNUG_FOLLOW] = {.name = "follow",
                     .words = "off on",
                     .units = SNUG_UNIT_WORD,
                     .initial = "off"},
    [SNUG_FOLLOW_INTERVAL] = {.name = "follow.interval",
                              .words = "",
                              .units = SNUG_UNIT_TIME,
                              .least = 1,
                              .most = 3600000,
                              .initial = "5"},
    [SNUG_FOLLOW_ANNOUNCE] = {.name = "follow.announce",
                              .words = "none",
                              .units = SNUG_UNIT_WORD | SNUG_UNIT_PATH,
                              .initial = "none"},
    [SNUG_CHILD_PDEATHSIG] = {.name = "child.pdeathsig",
                              .words = "off",
                              .units = SNUG_UNIT_WORD | SNUG_UNIT_SIGNAL,
                              .least = 1,
                              .most = 64,
                              .initial = "off"},
    [SNUG_THREADS_WARN] = {.name = "threads.warn",
                           .words = "off",
                           .units = SNUG_UNIT_WORD | SNUG_UNIT_COUNT,
                           .least = 1,
                           .most = THREADS_MAX,
                           .initial = "off"},
    [SNUG_LOG] = {.name = "log",
                  .words = "off error info debug",
                  .units = SNUG_UNIT_WORD,
                  .initial = "off"},
    [SNUG_LOG_FILE] = {.name = "log.file",
                       .words = "none",
                       .units = SNUG_UNIT_WORD | SNUG_UNIT_PATH,
                       .initial = "none"},
    [SNUG_STATS_FILE] = {.name = "stats.file",
                         .words = "none",
                         .units = SNUG_UNIT_WORD | SNUG_UNIT_PATH,
                         .initial = "none"},
};

int snug_options_find(struct snug_text name)
{
    for (int key = 0; key < SNUG_N_KEYS; key++)
        if (snug_text_equals(name, snug_options[key].name))
            return key;
    return -1;
}

void snug_options_put_variable(struct snug_builder *out, enum snug_key key)
{
    snug_text_put(out, "SNUG_");
    for (const char *c = snug_options[key].name; *c; c++) {
        char upper = *c;
        if (upper == '.')
            upper = '_';
        else if (upper >= 'a' && upper <= 'z')
            upper = (char)(upper - 'a' + 'A');
        snug_text_put_slice(out, (struct snug_text){&upper, 1});
    }
}

int snug_options_find_variable(struct snug_text variable)
{
    for (int key = 0; key < SNUG_N_KEYS; key++) {
        char name[NAME_BYTES];
        struct snug_builder out = snug_text_build(name, sizeof name);
        snug_options_put_variable(&out, (enum snug_key)key);
        if (snug_text_equals(variable, name))
            return key;
    }
    return -1;
}

/* How many letters must be put in, taken out or changed to make one of the other. */
static size_t distance(struct snug_text a, const char *b)
{
    size_t row[NAME_BYTES]; /* Of the table a × b, for the part of `a` seen so far. */
    const size_t n = snug_text_of(b).n;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;

    for (size_t i = 0; i < a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t best = diagonal + (a.at[i] != b[j]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j + 1] + 1 < best)
                best = row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[n];
}

int snug_options_guess(struct snug_text name)
{
    int ret = -1;
    size_t nearest = 3; /* Two slips at most, and not most of the letters. */
    for (int key = 0; key < SNUG_N_KEYS && name.n < NAME_BYTES; key++) {
        char variable[NAME_BYTES];
        struct snug_builder out = snug_text_build(variable, sizeof variable);
        snug_options_put_variable(&out, (enum snug_key)key);

        const char *meant =
            snug_text_starts(name, "SNUG") ? variable : snug_options[key].name;
        const size_t n_slips = distance(name, meant);
        if (n_slips < nearest && 3 * n_slips <= snug_text_of(snug_options[key].name).n) {
            nearest = n_slips;
            ret = key;
        }
    }
    return ret;
}
