/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of system calls. One string without pointers or offsets: nothing to relocate, and
 * the few who ask may walk.
 */
#include "snug/calls.h"

struct snug_text snug_calls_name(uint64_t number)
{
    if (number >= snug_calls_n_names)
        return (struct snug_text){0};
    const char *at = snug_calls_names;
    for (; number; number--)
        at += snug_text_of(at).n + 1;
    const struct snug_text ret = snug_text_of(at);
    return ret.n ? ret : (struct snug_text){0};
}

void snug_calls_put(struct snug_builder *out, uint64_t number)
{
    const struct snug_text name = snug_calls_name(number);
    if (!name.n) {
        snug_text_put_u64(out, number);
        return;
    }
    snug_text_put_slice(out, name);
    snug_text_put(out, " (");
    snug_text_put_u64(out, number);
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
