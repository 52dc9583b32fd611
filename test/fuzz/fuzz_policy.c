/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A policy: the file, the environment and one option from the input, parted by zeros. Every
 * value that is accepted can be written and read again, and every complaint is one line.
 */
#include "fuzz.h"
#include "fuzz_files.h"
#include "snug/policy/policy.h"
#include "snug/policy/values.h"

enum { ENTRIES = 8, ENTRY_BYTES = 512 };

static char entry[ENTRIES][ENTRY_BYTES];
static char *entries[ENTRIES + 1];

static void check_settings(const struct snug_policy *policy)
{
    char text[1024];
    for (enum snug_key key = 0; key < SNUG_N_KEYS; key++) {
        const struct snug_setting *setting = &policy->setting[key];
        struct snug_setting again = {0};
        struct snug_builder out = snug_text_build(text, sizeof text);
        snug_values_put(&out, key, setting);
        MUST(!out.is_full && snug_values_parse(key, snug_text_of(text), &again) == 0);
        MUST(again.unit == setting->unit && again.word == setting->word &&
             again.number == setting->number && !strcmp(again.text, setting->text));
    }
}

/* Nothing in a complaint moves a terminal's cursor or begins a second line. */
static void check_problems(const struct snug_policy *policy)
{
    MUST(policy->n_problems <= SNUG_PROBLEMS_MAX);
    for (unsigned i = 0; i < policy->n_problems; i++) {
        char text[2048];
        struct snug_builder out = snug_text_build(text, sizeof text);
        snug_policy_describe(policy, &policy->problem[i], &out);
        MUST(out.n > 0 && !out.is_full);
        for (size_t at = 0; at < out.n; at++)
            MUST((unsigned char)text[at] >= ' ' && text[at] != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    const size_t piece = (size_t)16 * fuzz_byte(&input) + 1;
    const struct snug_text program = fuzz_part(&input);
    const struct fuzz_file file = {"/etc/snug.conf", fuzz_part(&input)};
    unsigned n = 0;
    for (; n < ENTRIES && input.n; n++) {
        const struct snug_text part = fuzz_part(&input);
        snprintf(entry[n], ENTRY_BYTES, "%.*s", (int)part.n, part.at);
        entries[n] = entry[n];
    }
    entries[n] = NULL;

    static struct snug_policy policy;
    snug_policy_default(&policy);
    fuzz_files_set(&file, 1, piece);
    snug_policy_read_file(&policy, &(struct snug_root){.fd = -1}, (struct snug_text){0},
                          program);
    MUST(fuzz_files_open() == 0 && policy.has_file);
    check_settings(&policy);
    snug_policy_read_environment(&policy, entries);
    (void)snug_policy_request_milli(&policy, entries); /* Any answer will do. */
    if (n) {
        struct snug_text value = snug_text_of(entry[0]);
        struct snug_text key = {0};
        if (snug_text_cut(&value, '=', &key) && value.at)
            (void)snug_policy_set(&policy, SNUG_FROM_COMMAND, key,
                                  value); /* It complains. */
    }
    check_settings(&policy);
    check_problems(&policy);
    return 0;
}
