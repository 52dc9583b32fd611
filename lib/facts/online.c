/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cpus_allowed_list names CPUs too that could be plugged in, `0-127` of a machine where
 * `0-3` are online. The kernel's own answer has none of them, so that only the command
 * needs this file, and it is no part of the preload object.
 */
#include "snug/facts/online.h"

enum { LIST_BYTES = 4096 };

void snug_online_cut(const struct snug_root *root, struct snug_cpu_facts *cpu)
{
    char list[LIST_BYTES];
    size_t n;
    struct snug_cpus online;
    if (snug_file_read(root, "/sys/devices/system/cpu/online", sizeof list, list, &n) < 0 ||
        snug_cpus_parse((struct snug_text){list, n}, &online) < 0)
        return;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        online.word[i] &= cpu->allowed.word[i];
    const unsigned n_online = snug_cpus_count(&online);
    if (!n_online)
        return;
    cpu->allowed = online;
    cpu->n_allowed = n_online;
}
