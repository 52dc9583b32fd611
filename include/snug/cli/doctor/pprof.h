/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking a process for /debug/pprof/ where others than its own machine can: the one thing
 * of doctor that the process takes notice of.
 */
#pragma once

#include "snug/cli/subject/connections.h"

struct snug_pprof {
    bool is_asked;   /* Else nothing was done. */
    bool is_here;    /* The process is known to be in the caller's network namespace. */
    unsigned n;      /* Ports that were asked. */
    unsigned n_mute; /* Of these, so many said nothing in time. */
    unsigned n_open; /* And so many answer with pprof; */
    unsigned port;   /* this is the first. */
};

/* Asks all ports of the process `pid` at once that listen on an address which is not one of
 * loopback, without TLS, for ten seconds at most. Cannot fail. */
void snug_pprof_ask(int pid, const struct snug_connections *connections,
                    struct snug_pprof *ret);
