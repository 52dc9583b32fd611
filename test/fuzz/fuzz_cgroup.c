/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The search for limits, with /proc/self/cgroup, mountinfo and the limit files from the
 * input, parted by zeros.
 */
#include "fuzz.h"
#include "fuzz_files.h"
#include "snug/facts/limits.h"

static const struct snug_root live = {.fd = -1};

static void check_place(const struct snug_cgroup *cgroup)
{
    const size_t n = cgroup->n;
    MUST(n < SNUG_POINT_BYTES + SNUG_PATH_BYTES && cgroup->n_top <= n);
    struct snug_cgroup up = *cgroup;
    MUST(strlen(snug_cgroup_file(&up, "memory.limit_in_bytes")) ==
         n + strlen("/memory.limit_in_bytes"));
    for (size_t before = n; snug_cgroup_go_up(&up);) {
        MUST(up.n < before && up.n >= up.n_top);
        before = up.n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    const size_t piece = (size_t)16 * fuzz_byte(&input) + 1;
    struct fuzz_file files[] = {
        {"/proc/self/cgroup", fuzz_part(&input)},
        {"/proc/self/mountinfo", fuzz_part(&input)},
        {"/cpu.max", fuzz_part(&input)},
        {"/memory.max", fuzz_part(&input)},
        {"/memory.high", fuzz_part(&input)},
        {"/cpu.cfs_quota_us", fuzz_part(&input)},
        {"/cpu.cfs_period_us", fuzz_part(&input)},
        {"/memory.limit_in_bytes", fuzz_part(&input)},
        {"/memory.stat", fuzz_part(&input)},
    };
    fuzz_files_set(files, sizeof files / sizeof *files, piece);

    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(&live, &cpu, &memory);
    check_place(&cpu);
    check_place(&memory);

    struct snug_quota limit;
    struct snug_quota own;
    struct snug_memory_facts found;
    snug_limits_read_cpu(&live, &cpu, &limit, &own);
    snug_limits_read_memory(&live, &memory, true, &found);
    MUST(fuzz_files_open() == 0);
    MUST(limit.kind != SNUG_SET ||
         (limit.quota_usec && limit.period_usec && limit.from[0]));
    MUST(own.kind != SNUG_SET || limit.kind == SNUG_SET);
    if (own.kind == SNUG_SET)
        MUST((unsigned __int128)limit.quota_usec * own.period_usec <=
             (unsigned __int128)own.quota_usec * limit.period_usec);
    MUST(limit.kind != SNUG_UNKNOWN || limit.why);
    const struct snug_bytes *most = &found.limit;
    MUST(most->kind != SNUG_UNKNOWN || most->why);
    MUST(most->kind != SNUG_SET || most->from[0]);
    MUST(!found.hard_bytes || (most->kind == SNUG_SET && found.hard_bytes >= most->bytes));
    return 0;
}
