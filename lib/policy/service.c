/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A Service called snug, or snug-cpu, makes variables that begin with SNUG_: they are
 * nobody's words for this program.
 */
#include "snug/policy/service.h"

/* `80_TCP`, and what may follow. */
static bool is_port(struct snug_text text)
{
    static const char protocols[][6] = {"TCP", "UDP", "SCTP"};
    struct snug_text number;
    uint64_t port;
    if (!snug_text_cut(&text, '_', &number) || snug_text_u64(number, &port) < 0 || !text.at)
        return false;
    struct snug_text protocol;
    (void)snug_text_cut(&text, '_', &protocol); /* It is there: `text` is a text. */
    for (unsigned i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (snug_text_equals(protocol, protocols[i]))
            return true;
    return false;
}

static bool is_address(struct snug_text value)
{
    return snug_text_starts(value, "tcp://") || snug_text_starts(value, "udp://") ||
           snug_text_starts(value, "sctp://");
}

bool snug_service_has_set(struct snug_text name, struct snug_text value)
{
    struct snug_text rest = name;
    struct snug_text word;
    while (snug_text_cut(&rest, '_', &word) && rest.at) {
        if (snug_text_equals(rest, "SERVICE_HOST") ||
            snug_text_equals(rest, "SERVICE_PORT") ||
            snug_text_starts(rest, "SERVICE_PORT_") ||
            (snug_text_equals(rest, "PORT") && is_address(value)))
            return true;
        struct snug_text port = rest;
        if (snug_text_cut(&port, '_', &word) && snug_text_equals(word, "PORT") && port.at &&
            is_port(port))
            return true;
    }
    return false;
}
