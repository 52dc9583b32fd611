/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The TCP ports that a process listens on, and who is connected to them.
 */
#pragma once

#include "snug/cli/subject/tcp.h"

enum { SNUG_LISTENERS_MAX = 32 };

struct snug_listener {
    unsigned port;
    bool is_v6;          /* The socket is one of IPv6, which may take IPv4 too. */
    bool is_reachable;   /* It has an address that is not one of loopback, or all. */
    uint32_t address[4]; /* Of those, the first; one of IPv4 has one word. Network order. */
    unsigned n;          /* Connections that are established. */
    unsigned n_idle;     /* Of these: nothing is on its way, in either direction. */
    unsigned n_mapped;   /* Of these: from IPv4 addresses to a socket of IPv6. */
};

struct snug_connections {
    bool is_known;
    bool is_own; /* Of the process's own sockets; else of all in its network namespace. */
    unsigned n;  /* Of the list. */
    unsigned n_more; /* Listening sockets that had no room. */
    struct snug_listener listener[SNUG_LISTENERS_MAX];
};

/* Of the root's process, with its sockets if these are known. `networks` is NULL, or has
 * what was read for others, and keeps what is read. Cannot fail. */
void snug_connections_read(const struct snug_root *root, const struct snug_sockets *sockets,
                           struct snug_networks *networks, struct snug_connections *ret);
