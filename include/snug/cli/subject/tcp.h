/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The TCP sockets of a network namespace. The kernel walks all of its table for one that
 * asks, a millisecond and more: who asks for many processes reads each namespace once.
 */
#pragma once

#include "snug/cli/subject/sockets.h"

struct snug_tcp_listener {
    uint64_t inode;
    uint32_t address[4]; /* One of IPv4 has one word. Network order. */
    uint16_t port;
    bool is_v6;
};

struct snug_tcp_connection {
    uint64_t inode; /* 0: nobody has accepted it yet. */
    uint16_t port;  /* The own one. */
    bool is_v6;
    bool is_idle;   /* Nothing is on its way, in either direction. */
    bool is_mapped; /* From an IPv4 address to a socket of IPv6. */
};

struct snug_tcp {
    bool is_known; /* Of one version of IP at least: either may be off. */
    size_t n_listeners;
    struct snug_tcp_listener *listener;
    size_t n_connections; /* That are established, each once. */
    struct snug_tcp_connection *connection;
};

/* Of the namespace of the root's process: the sockets among `only`, or, if these are not
 * known, all. Cannot fail: what there is no memory for is left out. To be closed. */
void snug_tcp_read(const struct snug_root *root, const struct snug_sockets *only,
                   struct snug_tcp *ret);

void snug_tcp_close(struct snug_tcp *tcp);

struct snug_networks {
    size_t n;
    struct snug_network *network;
};

/* All sockets of the namespace of the root's live process, read when it is first asked for.
 * NULL if nobody knows which namespace that is. Valid until the next one is asked for. */
const struct snug_tcp *snug_tcp_find(struct snug_networks *networks,
                                     const struct snug_root *root);

void snug_tcp_forget(struct snug_networks *networks);
