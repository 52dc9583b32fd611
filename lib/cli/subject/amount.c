/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Words for figures.
 */
#include <inttypes.h>
#include <stdio.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/subject/amount.h"

enum { USEC_PER_MS = 1000, USEC_PER_S = 1000000, S_PER_MIN = 60, S_PER_H = 3600 };

struct snug_amount snug_amount_bytes(struct snug_figure figure)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    struct snug_amount ret = {"unknown"};
    if (!figure.is_known)
        return ret;
    unsigned i = 0;
    while (i + 1 < sizeof units / sizeof *units && figure.number >> 10 * (i + 1))
        i++;
    const uint64_t whole = figure.number >> 10 * i;
    const uint64_t below = i ? (figure.number >> 10 * (i - 1) & 1023) * 10 / 1024 : 0;
    struct snug_builder out = snug_text_build(ret.text, sizeof ret.text);
    snug_text_put_u64(&out, whole);
    if (below) {
        snug_text_put(&out, ".");
        snug_text_put_u64(&out, below);
    }
    snug_text_put(&out, " ");
    snug_text_put(&out, units[i]);
    return ret;
}

struct snug_amount snug_amount_of(uint64_t bytes)
{
    return snug_amount_bytes((struct snug_figure){true, bytes});
}

struct snug_amount snug_amount_cpus(uint64_t milli)
{
    struct snug_amount ret;
    struct snug_builder out = snug_text_build(ret.text, sizeof ret.text);
    snug_figures_put_milli(&out, milli);
    snug_text_put(&out, milli == 1000 ? " CPU" : " CPUs");
    return ret;
}

struct snug_amount snug_amount_usec(struct snug_figure figure)
{
    struct snug_amount ret = {"unknown"};
    const uint64_t s = figure.number / USEC_PER_S;
    if (!figure.is_known)
        return ret;
    if (s >= S_PER_H)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 " h %" PRIu64 " min",
                       s / S_PER_H, s % S_PER_H / S_PER_MIN);
    else if (s)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 ".%" PRIu64 " s", s,
                       figure.number % USEC_PER_S * 10 / USEC_PER_S);
    else
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 " ms",
                       figure.number / USEC_PER_MS);
    return ret;
}

uint64_t snug_amount_percent(uint64_t part, uint64_t whole)
{
    if (!whole)
        return 0;
    const unsigned __int128 ret = (unsigned __int128)part * 100 / whole;
    return ret > UINT64_MAX ? UINT64_MAX : (uint64_t)ret;
}
