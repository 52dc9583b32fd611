/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A policy file that changes under a running program: the first, the second, and variables,
 * parted by zeros. What may not change does not, and a file that is the same again changes
 * nothing.
 */
#include "fuzz.h"
#include "fuzz_files.h"
#include "snug/plan/revision.h"
#include "snug/policy/policy.h"

enum { ENTRIES = 4, ENTRY_BYTES = 512, PIECE_BYTES = 4096 };

static char entry[ENTRIES][ENTRY_BYTES];
static char *entries[ENTRIES + 1];

static void read_file(struct snug_text text, struct snug_policy *ret)
{
    const struct fuzz_file file = {"/etc/snug.conf", text};
    snug_policy_default(ret);
    fuzz_files_set(&file, 1, PIECE_BYTES);
    snug_policy_read_file(ret, &(struct snug_root){.fd = -1}, (struct snug_text){0},
                          snug_text_of("/bin/server"));
    MUST(fuzz_files_open() == 0);
}

static bool is_same(const struct snug_setting *a, const struct snug_setting *b)
{
    return a->unit == b->unit && a->word == b->word && a->number == b->number &&
           a->source == b->source && !strcmp(a->text, b->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    static struct snug_policy policy;
    static struct snug_policy next;
    struct fuzz_input input = {bytes, n_bytes};
    uint64_t keys = 0;
    for (unsigned i = 0; i < SNUG_N_KEYS; i += 8)
        keys = keys << 8 | fuzz_byte(&input);
    read_file(fuzz_part(&input), &policy);
    read_file(fuzz_part(&input), &next);
    unsigned n = 0;
    for (; n < ENTRIES && input.n; n++) {
        const struct snug_text part = fuzz_part(&input);
        snprintf(entry[n], ENTRY_BYTES, "%.*s", (int)part.n, part.at);
        entries[n] = entry[n];
    }
    entries[n] = NULL;
    snug_policy_read_environment(&policy, entries);

    const struct snug_policy before = policy;
    struct snug_revision revision;
    snug_revision_take(&next, keys, &policy, &revision);
    MUST(!(revision.moved & ~keys) && !(revision.moved & revision.waits));
    for (unsigned key = 0; key < SNUG_N_KEYS; key++) {
        const struct snug_setting *was = &before.setting[key];
        const struct snug_setting *is = &policy.setting[key];
        const bool moved = revision.moved >> key & 1;
        MUST(was->is_locked == is->is_locked);
        MUST(moved || is_same(was, is));
        MUST(!moved || was->source == SNUG_FROM_DEFAULT || was->source == SNUG_FROM_FILE);
    }
    snug_revision_take(&next, keys, &policy, &revision);
    MUST(!revision.moved);
    return 0;
}
