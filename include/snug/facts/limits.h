/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU and memory limits: the files of one cgroup, and the tightest on the way up.
 */
#pragma once

#include "snug/facts/cgroup.h"

/* Parsers of the files' texts. SNUG_UNKNOWN is a malformed text; the results are written
 * for SNUG_SET only. */

/* cpu.max: `150000 100000`, `max 100000`. A quota alone has the period that the kernel
 * takes for it, 100 ms. */
enum snug_kind snug_limits_parse_cpu_max(struct snug_text text, uint64_t *ret_quota_usec,
                                         uint64_t *ret_period_usec);

/* cpu.cfs_quota_us and cpu.cfs_period_us; a quota of -1 is none, whatever the period. */
enum snug_kind snug_limits_parse_cfs(struct snug_text quota, struct snug_text period,
                                     uint64_t *ret_quota_usec, uint64_t *ret_period_usec);

/* memory.max, memory.high, memory.limit_in_bytes: `268435456`, `max`. From 2^62 on it is
 * none: version 1 says so with 2^63 - 1, rounded down to the page size. */
enum snug_kind snug_limits_parse_bytes(struct snug_text text, uint64_t *ret_bytes);

/* The tightest limit over the own cgroup and its visible ancestors; of equal ones the
 * nearest. A file that cannot be read or understood does not hide the others. If none is
 * set and the own cgroup's could not be learned, the limit is unknown for that reason:
 * "none" is said only if the own cgroup was seen to have none. `ret_own` is the own
 * cgroup's alone. A limit of version 1 that is all of the machine's memory is none.
 * Unless it `is_named`, a limit of version 1 may have its number from memory.stat, and that
 * file for its source: it costs less, and tells the same. */
void snug_limits_read_cpu(const struct snug_root *root, const struct snug_cgroup *cgroup,
                          struct snug_quota *ret_limit, struct snug_quota *ret_own);
void snug_limits_read_memory(const struct snug_root *root, const struct snug_cgroup *cgroup,
                             bool is_named, struct snug_memory_facts *ret_memory);
