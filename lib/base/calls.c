/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of system calls. Two fifths of the letters are saved by codes for pairs that are
 * frequent; there are no pointers and no offsets, so nothing to relocate, and the few who
 * ask may walk.
 */
#include "snug/base/calls.h"

/* Where the name begins, at its end if it is empty. */
static const uint8_t *find(uint64_t number)
{
    static const uint8_t nothing[1];
    const uint8_t *at = snug_calls_names;
    if (number >= snug_calls_n_names)
        return nothing;
    while (number)
        number -= *at++ == 0;
    return at;
}

/* A code's pair holds letters and smaller codes. */
static void put_code(struct snug_builder *out, uint8_t code)
{
    if (code >= SNUG_CALLS_FIRST_CODE) {
        put_code(out, snug_calls_pairs[code - SNUG_CALLS_FIRST_CODE][0]);
        put_code(out, snug_calls_pairs[code - SNUG_CALLS_FIRST_CODE][1]);
    } else {
        const char letter = (char)code;
        snug_text_put_slice(out, (struct snug_text){&letter, 1});
    }
}

bool snug_calls_has(uint64_t number)
{
    return *find(number) != 0;
}

void snug_calls_put_name(struct snug_builder *out, uint64_t number)
{
    for (const uint8_t *at = find(number); *at; at++)
        put_code(out, *at);
}

void snug_calls_put(struct snug_builder *out, uint64_t number)
{
    const bool has_name = snug_calls_has(number);
    snug_calls_put_name(out, number);
    if (has_name)
        snug_text_put(out, " (");
    snug_text_put_u64(out, number);
    if (has_name)
        snug_text_put(out, ")");
}

const char *snug_calls_architecture(void)
{
#if defined(__x86_64__)
    return "amd64";
#else
    return "arm64";
#endif
}
