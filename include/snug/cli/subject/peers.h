/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All processes of the caller's /proc, read once: whose child each is, and whether it has
 * ended. For who asks about many of them, what these have in common is kept here too.
 */
#pragma once

#include "snug/cli/subject/condition.h"
#include "snug/cli/subject/tcp.h"

struct snug_peer {
    uint64_t pid;
    uint64_t parent;
    bool is_zombie;
    char name[16];
};

struct snug_peers {
    bool is_known;
    size_t n;
    struct snug_peer *member;
    struct snug_networks networks;
    struct snug_crowd crowd;
};

/* Cannot fail. To be closed. */
void snug_peers_read(struct snug_peers *ret);

/* The children of the process `pid`, as snug_condition_read counts them. */
void snug_peers_count(const struct snug_peers *peers, uint64_t pid,
                      struct snug_condition *ret);

void snug_peers_close(struct snug_peers *peers);
