/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Needed calls against a filter. Calls of one number follow each other in the list, and are
 * one refusal if their arguments make no difference.
 */
#include "snug/plan/refusals.h"

#include <errno.h>

#include "snug/base/calls.h"

static uint32_t answer_to(const struct snug_refusals *walk, const struct snug_need *need)
{
    struct seccomp_data call = {.nr = need->number, .arch = SNUG_BPF_NATIVE};
    for (unsigned i = 0; i < 6; i++)
        call.args[i] = need->argument[i];
    return snug_bpf_run(walk->code, &call);
}

/* Whether all calls of one number, from where the walk is on, are answered as the first.
 * Sets `ret_least` to what all their callers take without harm. */
static bool is_one_answer(const struct snug_refusals *walk, const struct snug_need *first,
                          uint32_t answer, enum snug_needs_tolerance *ret_least)
{
    struct snug_need need;
    unsigned at = walk->at;
    *ret_least = first->tolerance;
    while (snug_needs_next(walk->go_minor, walk->who, &at, &need) &&
           need.number == first->number) {
        if (answer_to(walk, &need) != answer)
            return false;
        if (need.tolerance < *ret_least)
            *ret_least = need.tolerance;
    }
    return true;
}

bool snug_refusals_next(struct snug_refusals *walk, struct snug_refusal *ret)
{
    while (snug_needs_next(walk->go_minor, walk->who, &walk->at, &ret->need)) {
        const int n_number = ret->need.number + 1;
        ret->answer = answer_to(walk, &ret->need);
        if (n_number != walk->n_number) {
            enum snug_needs_tolerance least;
            walk->is_whole = is_one_answer(walk, &ret->need, ret->answer, &least);
            if (walk->is_whole)
                ret->need.tolerance = least;
        } else if (walk->is_whole) {
            continue;
        }
        walk->n_number = n_number;
        ret->is_whole = walk->is_whole;
        if (snug_bpf_refuses(ret->answer))
            return true;
    }
    return false;
}

bool snug_refusals_are_harmless(const struct snug_refusal *refusal)
{
    if ((refusal->answer & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
        return false;
    const enum snug_needs_tolerance tolerance = refusal->need.tolerance;
    return tolerance == SNUG_NEEDS_TOLERATES_ERRNO ||
           (tolerance == SNUG_NEEDS_TOLERATES_ENOSYS &&
            (refusal->answer & SECCOMP_RET_DATA) == ENOSYS);
}

static void put_hex(struct snug_builder *out, uint64_t number)
{
    snug_text_put(out, "0x");
    int shift = 60;
    while (shift && !(number >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        snug_text_put_slice(
            out, (struct snug_text){&"0123456789abcdef"[number >> shift & 15], 1});
}

static void put_answer(struct snug_builder *out, const struct snug_refusal *refusal)
{
    switch (refusal->answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ERRNO:
        snug_text_put(out, "errno ");
        snug_text_put_u64(out, refusal->answer & SECCOMP_RET_DATA);
        if (snug_refusals_are_harmless(refusal))
            snug_text_put(out, ", which does no harm");
        break;
    case SECCOMP_RET_TRAP:
        snug_text_put(out, "signal SIGSYS");
        break;
    case SECCOMP_RET_KILL_THREAD:
        snug_text_put(out, "kills the thread");
        break;
    default:
        snug_text_put(out, "kills the process");
    }
}

void snug_refusals_put(struct snug_builder *out, const struct snug_refusal *refusal)
{
    const struct snug_need *need = &refusal->need;
    snug_calls_put(out, (unsigned)need->number);
    for (unsigned i = 0; !refusal->is_whole && i < 6; i++) {
        if (!(need->matters >> i & 1))
            continue;
        snug_text_put(out, " args[");
        snug_text_put_u64(out, i);
        snug_text_put(out, "] = ");
        put_hex(out, need->argument[i]);
    }
    snug_text_put(out, ": ");
    put_answer(out, refusal);
}
