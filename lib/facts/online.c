/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cpus_allowed_list names CPUs too that could be plugged in, `0-127` of a machine where
 * `0-3` are online. The kernel's own answer has none of them, so that only the command
 * needs this file, and it is no part of the preload object.
 */
#include <errno.h>

#include "snug/facts/mounts.h"
#include "snug/facts/online.h"

enum { LIST_BYTES = 4096 };

/* There it names as many CPUs as the container may have, from 0 on, whichever they are. */
static bool is_stated(const struct snug_root *root)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/mountinfo");
    char buffer[LIST_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text text;
    struct snug_mount_line line;
    int r = fd;
    while (r >= 0 || r == -EFBIG) {
        r = snug_file_next_line(&lines, &text);
        if (r == 0)
            return false;
        if (r > 0 && snug_mounts_parse(text, &line) == 0 &&
            snug_mounts_is_lxcfs(&line, "/sys/devices/system/cpu"))
            return true;
    }
    return false;
}

void snug_online_cut(const struct snug_root *root, struct snug_cpu_facts *cpu)
{
    char list[LIST_BYTES];
    size_t n;
    struct snug_cpus online;
    if (is_stated(root) ||
        snug_file_read(root, "/sys/devices/system/cpu/online", sizeof list, list, &n) < 0 ||
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
