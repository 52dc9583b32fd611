/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What surprises: it is found by its arithmetic. It holds pointers' neighbours, so it lies
 * at no fixed distance from the words of pacer.c, and a stripped program does not say
 * where.
 */
#include "snug/facts/ledger.h"

enum {
    /* The words, in runtime/mstats.go. The pauses since the last account stand in two of
     * them already. */
    IDLE_MARKS = 2,
    PAUSES = 3,
    COLLECTOR = 4,
    SCAVENGED = 7,
    IDLE = 8,
    PROGRAM = 9,
    TOTAL = 10,

    FIRST_MINOR = 20,
    LAST_MINOR = 27,
    CHUNK_WORDS = 512,
    SEARCHED_BYTES = 1 << 20,
};

/* A program that has collected once is older than this. */
static const uint64_t least_ns = 100000;

bool snug_ledger_knows(unsigned go_minor)
{
    return go_minor >= FIRST_MINOR && go_minor <= LAST_MINOR;
}

bool snug_ledger_adds_up(const uint64_t word[SNUG_LEDGER_WORDS],
                         struct snug_ledger_sum *ret)
{
    const uint64_t total = word[TOTAL];
    if (total < least_ns || total > INT64_MAX || !word[COLLECTOR])
        return false;
    for (unsigned i = 0; i < PROGRAM; i++)
        if (word[i] > total)
            return false;
    /* The program's time is what is left, and may be below zero by what was rounded. */
    const uint64_t pauses =
        word[COLLECTOR] + word[SCAVENGED] + word[IDLE] + word[PROGRAM] - total;
    if (word[0] + word[1] + word[IDLE_MARKS] + word[PAUSES] != word[COLLECTOR] ||
        word[5] + word[6] != word[SCAVENGED] || pauses > word[PAUSES])
        return false;
    *ret = (struct snug_ledger_sum){
        .total_ns = total,
        .collector_ns = word[COLLECTOR] - word[IDLE_MARKS],
    };
    return true;
}

static void see(const uint64_t *word, uint64_t address, struct snug_ledger *ret)
{
    struct snug_ledger_sum sum;
    if (!snug_ledger_adds_up(word, &sum))
        return;
    if (ret->n < SNUG_LEDGER_PLACES)
        ret->at[ret->n] = address;
    ret->n++;
}

void snug_ledger_find(uint64_t start, uint64_t end, snug_ledger_read *read, void *from,
                      struct snug_ledger *ret)
{
    enum { WORD_BYTES = sizeof(uint64_t) };
    uint64_t chunk[CHUNK_WORDS];
    *ret = (struct snug_ledger){0};
    start += -start & (WORD_BYTES - 1);
    if (end > start && end - start > SEARCHED_BYTES)
        end = start + SEARCHED_BYTES;
    for (uint64_t at = start; at < end;) {
        const uint64_t left = (end - at) / WORD_BYTES;
        const size_t n = left < CHUNK_WORDS ? (size_t)left : CHUNK_WORDS;
        if (n < SNUG_LEDGER_WORDS)
            break;
        const bool is_read = read(from, at, chunk, n * WORD_BYTES);
        for (size_t i = 0; is_read && i + SNUG_LEDGER_WORDS <= n; i++)
            see(chunk + i, at + i * WORD_BYTES, ret);
        at += (n - SNUG_LEDGER_WORDS + 1) * WORD_BYTES; /* One may lie across the end. */
    }
    if (ret->n > SNUG_LEDGER_PLACES)
        ret->n = 0;
}

bool snug_ledger_look(const struct snug_ledger *ledger, snug_ledger_read *read, void *from,
                      struct snug_ledger_sum *ret)
{
    bool is_found = false;
    for (unsigned i = 0; i < ledger->n; i++) {
        uint64_t word[SNUG_LEDGER_WORDS];
        struct snug_ledger_sum sum;
        if (!read(from, ledger->at[i], word, sizeof word) ||
            !snug_ledger_adds_up(word, &sum) || (is_found && sum.total_ns < ret->total_ns))
            continue;
        *ret = sum;
        is_found = true;
    }
    return is_found;
}
