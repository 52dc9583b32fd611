/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is looked at while a program runs: the use of its cgroup, an announced limit, the
 * collector's account among other words, from the input, parted by zeros; and what is aimed
 * at by words that may be any.
 */
#include "fuzz.h"
#include "fuzz_files.h"
#include "snug/base/sys.h"
#include "snug/facts/announced.h"
#include "snug/facts/ledger.h"
#include "snug/facts/usage.h"
#include "snug/plan/headroom.h"
#include "snug/plan/relief.h"
#include "snug/plan/target.h"

enum { WORDS_MAX = 1024, GIVEN_PARTS = 32 };

static uint64_t words[WORDS_MAX];
static size_t n_words;

static long open_file(const struct snug_root *root, const char *path)
{
    (void)root;
    return snug_sys_openat(-1, path, 0);
}

static const struct snug_root live = {.fd = -1, .open = open_file};

static void check_files(uint64_t limit_bytes)
{
    static const char *const limits[] = {"/a/memory.max", "/a/memory.limit_in_bytes"};
    for (unsigned i = 0; i < 2; i++) {
        uint64_t used = 4711;
        const int r = snug_usage_read(&live, limits[i], &used);
        MUST(r == 0 || used == 4711);
        uint64_t whole = 4711;
        const int r_whole = snug_usage_read_whole(&live, limits[i], &whole);
        MUST(r_whole < 0 ? whole == 4711 && r < 0 : r < 0 || used <= whole);
    }
    const uint64_t announced = snug_announced_read(&live, "/announced", limit_bytes);
    MUST(!announced || (announced < limit_bytes && announced >= limit_bytes / 5));
    (void)snug_usage_resident(&live, 4096); /* Any answer will do. */
    MUST(fuzz_files_open() == 0);
}

static bool read_words(void *unreadable, uint64_t address, void *ret, size_t n)
{
    MUST(address >= (uintptr_t)words && address + n <= (uintptr_t)(words + n_words));
    memcpy(ret, (const void *)(uintptr_t)address, n);
    return address % 64 != *(const uint8_t *)unreadable;
}

static void check_ledger(uint8_t unreadable, unsigned offset)
{
    struct snug_ledger ledger;
    struct snug_ledger_sum sum;
    const uint64_t start = (uintptr_t)words + (n_words ? offset : 0);
    snug_ledger_find(start, (uintptr_t)(words + n_words), read_words, &unreadable, &ledger);
    MUST(ledger.n <= SNUG_LEDGER_PLACES);
    MUST(!snug_ledger_look(&ledger, read_words, &unreadable, &sum) ||
         (ledger.n && sum.total_ns && sum.collector_ns <= sum.total_ns));
}

static uint64_t next_word(size_t *at)
{
    return *at < n_words ? words[(*at)++] : 0;
}

/* A limit is at least 64 MiB, and a share a part of it. */
static void check_steps(void)
{
    struct snug_headroom headroom = {0};
    struct snug_relief relief = {0};
    struct snug_target target = {INT64_MAX, INT64_MAX, 0};
    uint64_t now_ms = 1;
    for (size_t at = 0; at < n_words;) {
        const uint64_t limit = ((uint64_t)64 << 20) + (next_word(&at) & INT64_MAX) / 2;
        const uint64_t share = limit - next_word(&at) % limit;
        const struct snug_headroom_sight sight = {limit, share, next_word(&at),
                                                  next_word(&at), next_word(&at)};
        (void)snug_headroom_step(&sight, &headroom); /* It may stay. */
        const uint64_t aim = headroom.target_bytes;
        MUST(aim > 0 && aim - aim / 100 <= share); /* It stays for less than a hundredth. */
        const uint64_t ms = snug_headroom_rest_ms(&headroom, 1000);
        MUST(ms > 0 && ms <= 1000);

        const struct snug_relief_sight collector = {
            .now_ms = now_ms,
            .limit_bytes = share,
            .target_bytes = headroom.target_bytes,
            .live_bytes = next_word(&at),
            .gogc = (int32_t)next_word(&at),
            .total_ns = next_word(&at),
            .collector_ns = next_word(&at),
            .free_bytes = next_word(&at),
        };
        now_ms += next_word(&at) % 100000;
        (void)snug_relief_step(&collector, &relief); /* It begins, or not. */
        MUST(relief.given_bytes <= share / GIVEN_PARTS);

        const struct snug_memory_plan plan = {
            .reason = SNUG_REASON_MEMORY_LIMIT,
            .go_limit_bytes = headroom.target_bytes + relief.given_bytes,
            .given_bytes = relief.given_bytes,
            .is_measured = sight.used_bytes & 1,
            .limit_bytes = share,
        };
        const struct snug_target_sight seen = {next_word(&at), next_word(&at),
                                               next_word(&at)};
        enum snug_reason reason;
        const bool moves = snug_target_move(&target, &plan, &seen, &reason);
        MUST(!moves || target.stored_bytes == plan.go_limit_bytes ||
             target.stored_bytes < seen.seen_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    const size_t piece = (size_t)16 * fuzz_byte(&input) + 1;
    const uint8_t unreadable = fuzz_byte(&input);
    const struct snug_text used = fuzz_part(&input);
    const struct snug_text parts = fuzz_part(&input);
    const struct fuzz_file files[] = {
        {"/memory.current", used},
        {"/memory.usage_in_bytes", used},
        {"/memory.stat", parts},
        {"/announced", fuzz_part(&input)},
        {"/proc/self/statm", fuzz_part(&input)},
    };
    fuzz_files_set(files, sizeof files / sizeof *files, piece);
    check_files((uint64_t)piece << 20);

    n_words = input.n / sizeof *words < WORDS_MAX ? input.n / sizeof *words : WORDS_MAX;
    if (n_words)
        memcpy(words, input.at, n_words * sizeof *words);
    check_ledger(unreadable, unreadable % 8);
    check_steps();
    return 0;
}
