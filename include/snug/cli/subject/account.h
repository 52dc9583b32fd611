/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The account that the Go runtime of a process keeps of its memory.
 */
#pragma once

#include "snug/cli/subject/memstats.h"
#include "snug/cli/subject/subject.h"

/* Of the subject's live process, by its /proc/PID/mem. NULL, or why not. Where the account
 * stands is kept for the next process of the same file. */
const char *snug_account_read(const struct snug_subject *subject,
                              const struct snug_root *process, int memory,
                              struct snug_memstats *ret);

/* A snug_memstats_read from the descriptor that `from` points to. */
bool snug_account_read_memory(void *from, uint64_t address, void *ret, size_t n_bytes);
