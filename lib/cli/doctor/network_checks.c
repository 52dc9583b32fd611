/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who is connected to the ports that the process listens on. What is found here is told and
 * not mended: it is for the program's code to change.
 */
#include <stdio.h>

#include "snug/cli/doctor/checks.h"

enum { MANY_IDLE = 256, MOST_PERCENT = 90, PORTS_SHOWN = 4 };

/* Why there is nothing to look at; NULL if there is. */
static const char *find_reason(const struct snug_patient *patient)
{
    if (!patient->has_process)
        return "no process was named: use --pid";
    return patient->connections.is_known ? NULL : "its network cannot be seen";
}

static void put_number(struct snug_builder *out, unsigned number, const char *what)
{
    snug_text_put_u64(out, number);
    snug_text_put(out, what);
}

/* `port 8080 of IPv6: 300 connections, 298 idle, 290 of them from IPv4`. */
static void put_listener(struct snug_builder *out, const struct snug_listener *listener)
{
    snug_text_put(out, out->n ? "; port " : "port ");
    put_number(out, listener->port, listener->is_v6 ? " of IPv6: " : " of IPv4: ");
    put_number(out, listener->n, listener->n == 1 ? " connection, " : " connections, ");
    put_number(out, listener->n_idle, " idle");
    if (listener->is_v6 && listener->n) {
        snug_text_put(out, ", ");
        put_number(out, listener->n_mapped, " from IPv4");
    }
}

/* Those with the most connections first. */
static void put_listeners(struct snug_builder *out,
                          const struct snug_connections *connections)
{
    bool is_shown[SNUG_LISTENERS_MAX] = {false};
    for (unsigned i = 0; i < connections->n && i < PORTS_SHOWN; i++) {
        unsigned best = 0;
        while (is_shown[best])
            best++;
        for (unsigned j = best + 1; j < connections->n; j++)
            if (!is_shown[j] && connections->listener[j].n > connections->listener[best].n)
                best = j;
        is_shown[best] = true;
        put_listener(out, &connections->listener[best]);
    }
    if (connections->n + connections->n_more > PORTS_SHOWN) {
        snug_text_put(out, "; and ");
        put_number(out, connections->n + connections->n_more - PORTS_SHOWN,
                   " more listening sockets");
    }
    if (!connections->is_own)
        snug_text_put(out, " (of all processes in its network namespace)");
}

static void look_at_idle(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_connections *connections = &patient->connections;
    const char *reason = find_reason(patient);
    if (reason) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
        return;
    }
    if (!connections->n) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it listens on no TCP port");
        return;
    }
    char seen[512];
    struct snug_builder out = snug_text_build(seen, sizeof seen);
    put_listeners(&out, connections);
    snug_finding_see(ret, SNUG_GRADE_OK, "%s", seen);
    for (unsigned i = 0; i < connections->n; i++) {
        const struct snug_listener *listener = &connections->listener[i];
        if (listener->n_idle < MANY_IDLE ||
            (uint64_t)listener->n_idle * 100 < (uint64_t)listener->n * MOST_PERCENT)
            continue;
        ret->grade = SNUG_GRADE_NOTE;
        snug_finding_follow(ret,
                            "Each keeps a descriptor, and in Go a goroutine with its stack "
                            "and buffers. net/http closes such connections only where the "
                            "code sets IdleTimeout or ReadTimeout of its Server. This is "
                            "told and not mended.");
    }
}

static void look_at_mapped(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_connections *connections = &patient->connections;
    const char *reason = find_reason(patient);
    const struct snug_listener *most = NULL;
    unsigned n_others = 0;
    for (unsigned i = 0; i < connections->n; i++) {
        const struct snug_listener *listener = &connections->listener[i];
        n_others += listener->n_mapped && most;
        if (listener->n_mapped > (most ? most->n_mapped : 0))
            most = listener;
    }
    char others[64] = "";
    if (n_others)
        (void)snprintf(others, sizeof others, "; %u more %s so", n_others,
                       n_others == 1 ? "port does" : "ports do");
    if (reason) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
    } else if (!most) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "no connection is from IPv4 to a socket of IPv6");
    } else {
        snug_finding_see(
            ret, SNUG_GRADE_NOTE,
            "port %u takes IPv4 on a socket of IPv6: %u %s such peers%s", most->port,
            most->n_mapped,
            most->n_mapped == 1 ? "connection is from" : "connections are from", others);
        snug_finding_follow(
            ret, "Their addresses are ::ffff:a.b.c.d. To net/netip, and as bytes, "
                 "that is another address than a.b.c.d: lists of who may do what "
                 "miss, unless the code calls Unmap or listens on \"tcp4\". This "
                 "is told and not mended.");
    }
}

static void look_at_pprof(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_pprof *pprof = &patient->pprof;
    const char *reason = find_reason(patient);
    char others[64] = "";
    int n = 0;
    if (pprof->n_open > 1)
        n = snprintf(others, sizeof others, "; %u more %s so", pprof->n_open - 1,
                     pprof->n_open == 2 ? "port does" : "ports do");
    if (pprof->n_mute)
        (void)snprintf(others + n, sizeof others - (size_t)n, "; %u said nothing",
                       pprof->n_mute);
    if (reason) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", reason);
    } else if (!pprof->is_asked) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "the process would take notice: use --probe");
    } else if (!pprof->is_here) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "it is not known to be in this network namespace");
    } else if (pprof->n_open) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "port %u answers /debug/pprof/ on an address that is not of "
                         "loopback%s",
                         pprof->port, others);
        snug_finding_follow(ret, "Whoever reaches the port reads the heap's and the "
                                 "goroutines' contents and the command line, and can have "
                                 "the program profiled. Its code is to serve pprof on "
                                 "127.0.0.1; a NetworkPolicy keeps others from the port. "
                                 "This is told and not mended.");
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "of %u %s that others reach, none answers%s",
                         pprof->n, pprof->n == 1 ? "port" : "ports", others);
    }
}

static const struct snug_check checks[] = {
    {"network.idle", "How many connections to it are idle?", look_at_idle},
    {"network.pprof", "Does it serve /debug/pprof/ to others?", look_at_pprof},
    {"network.mapped", "Does IPv4 come in on sockets of IPv6?", look_at_mapped},
};

const struct snug_family snug_network_checks = {checks, sizeof checks / sizeof *checks};
