/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By the sockets of the network namespace. A connection may stand there before its
 * listener, so that listeners are taken first.
 */
#include "snug/cli/subject/connections.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* 127.0.0.0/8, ::1, and the former as IPv6 has it. */
static bool is_loopback(const uint32_t address[4], bool is_v6)
{
    const uint32_t last = ntohl(address[is_v6 ? 3 : 0]);
    const bool is_low = is_v6 && !address[0] && !address[1];
    if (!is_v6 || (is_low && ntohl(address[2]) == 0xffff))
        return last >> 24 == 127;
    return is_low && !address[2] && last == 1;
}

static struct snug_listener *find(struct snug_connections *connections, unsigned port,
                                  bool is_v6)
{
    for (unsigned i = 0; i < connections->n; i++)
        if (connections->listener[i].port == port &&
            connections->listener[i].is_v6 == is_v6)
            return &connections->listener[i];
    return NULL;
}

static void take_listener(const struct snug_tcp_listener *socket,
                          struct snug_connections *ret)
{
    struct snug_listener *at = find(ret, socket->port, socket->is_v6);
    if (!at && ret->n == SNUG_LISTENERS_MAX) {
        ret->n_more++;
        return;
    }
    if (!at) {
        at = &ret->listener[ret->n++];
        *at = (struct snug_listener){.port = socket->port, .is_v6 = socket->is_v6};
    }
    if (!at->is_reachable) {
        at->is_reachable = !is_loopback(socket->address, socket->is_v6);
        memcpy(at->address, socket->address, sizeof at->address);
    }
}

/* NULL, and nothing is taken. */
static void take_connection(const struct snug_tcp_connection *socket,
                            struct snug_connections *ret)
{
    struct snug_listener *const at = socket ? find(ret, socket->port, socket->is_v6) : NULL;
    if (!at)
        return;
    at->n++;
    at->n_idle += socket->is_idle;
    at->n_mapped += socket->is_mapped;
}

static int compare(const void *inode, const void *connection)
{
    const uint64_t a = *(const uint64_t *)inode;
    const uint64_t b = ((const struct snug_tcp_connection *)connection)->inode;
    return a < b ? -1 : a > b;
}

/* The process's own, of which it may have more than one descriptor: a namespace may have
 * very many more. */
static void take_own(const struct snug_tcp *tcp, const struct snug_sockets *sockets,
                     struct snug_connections *ret)
{
    for (size_t i = 0; i < tcp->n_listeners; i++)
        if (snug_sockets_has(sockets, tcp->listener[i].inode))
            take_listener(&tcp->listener[i], ret);
    for (size_t i = 0; i < sockets->n && ret->n && tcp->n_connections; i++) {
        const uint64_t inode = sockets->inode[i];
        if (!i || inode != sockets->inode[i - 1])
            take_connection(bsearch(&inode, tcp->connection, tcp->n_connections,
                                    sizeof *tcp->connection, compare),
                            ret);
    }
}

static void take_all(const struct snug_tcp *tcp, struct snug_connections *ret)
{
    for (size_t i = 0; i < tcp->n_listeners; i++)
        take_listener(&tcp->listener[i], ret);
    for (size_t i = 0; i < tcp->n_connections; i++)
        take_connection(&tcp->connection[i], ret);
}

void snug_connections_read(const struct snug_root *root, const struct snug_sockets *sockets,
                           struct snug_networks *networks, struct snug_connections *ret)
{
    *ret = (struct snug_connections){.is_own = sockets->is_known};
    ret->is_known = ret->is_own && !sockets->n;
    if (ret->is_known) /* There is nothing to look for. */
        return;
    const struct snug_tcp *tcp = networks ? snug_tcp_find(networks, root) : NULL;
    struct snug_tcp own = {0};
    if (!tcp) {
        snug_tcp_read(root, sockets, &own);
        tcp = &own;
    }
    ret->is_known = tcp->is_known;
    if (ret->is_own)
        take_own(tcp, sockets, ret);
    else
        take_all(tcp, ret);
    snug_tcp_close(&own);
}
