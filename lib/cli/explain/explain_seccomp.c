/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A profile against the needs of a program, nothing being started. The profile is in force
 * from the program's first instruction, so what happens before main counts.
 */
#include <stdlib.h>
#include <string.h>

#include "snug/base/calls.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_seccomp.h"
#include "snug/cli/subject/needed.h"
#include "snug/plan/refusals.h"

enum { ROW_BYTES = 2048, NAME_BYTES = 64 };

static struct snug_refusals walk_through(const struct snug_subject *subject,
                                         const struct snug_profile *profile)
{
    return (struct snug_refusals){
        .code = profile->code,
        .go_minor = subject->facts.program.go_minor,
        .who = snug_needed_who(subject),
    };
}

/* None is refused. */
static void put_none(const struct snug_subject *subject, struct snug_builder *out)
{
    const char *callers = snug_needed_words(subject);
    if (!callers) {
        snug_text_put(out, "unknown: nobody knows the needs of a static program that is "
                           "not Go");
        return;
    }
    snug_text_put(out, "none of the calls that ");
    snug_text_put(out, callers);
    snug_text_put(out, " need");
    if (!strstr(callers, " and "))
        snug_text_put(out, "s");
}

void snug_explain_seccomp_write_text(const struct snug_subject *subject,
                                     const struct snug_profile *profile, FILE *out)
{
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);
    snug_page_write_heading(out, "Seccomp profile", false);
    snug_text_put(&text, profile->members.file);
    snug_text_put(&text, ": ");
    snug_text_put_u64(&text, profile->n);
    snug_text_put(&text, " instructions");
    snug_page_write_row(out, "file", row);

    struct snug_refusals walk = walk_through(subject, profile);
    struct snug_refusal refusal;
    unsigned n = 0;
    for (; snug_refusals_next(&walk, &refusal); n++) {
        text = snug_text_build(row, sizeof row);
        snug_refusals_put(&text, &refusal);
        snug_page_write_row(out, "refuses", row);
    }
    if (!n) {
        text = snug_text_build(row, sizeof row);
        put_none(subject, &text);
        snug_page_write_row(out, "refuses", row);
    }
    if (!profile->rules.n_unknown)
        return;
    char *skipped = NULL;
    if (asprintf(&skipped, "names that libseccomp does not know: %s",
                 profile->rules.unknown) < 0)
        skipped = NULL; /* Without memory there are at least the first words. */
    snug_page_write_row(out, "skipped",
                        skipped ? skipped : "names that libseccomp does not know");
    free(skipped);
}

static const char *action_word(uint32_t answer)
{
    switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ERRNO:
        return "errno";
    case SECCOMP_RET_TRAP:
        return "trap";
    case SECCOMP_RET_KILL_THREAD:
        return "kill_thread";
    default:
        return "kill_process";
    }
}

static void write_refusal(struct snug_json *json, const struct snug_refusal *refusal)
{
    const struct snug_need *need = &refusal->need;
    const uint32_t answer = refusal->answer;
    const char *action = action_word(answer);
    char name[NAME_BYTES];
    struct snug_builder out = snug_text_build(name, sizeof name);
    snug_calls_put_name(&out, (unsigned)need->number);

    snug_json_object(json, NULL);
    snug_json_string(json, "name", name);
    snug_json_number(json, "number", (unsigned)need->number);
    snug_json_object(json, "arguments");
    for (unsigned i = 0; !refusal->is_whole && i < 6; i++) {
        if (!(need->matters >> i & 1))
            continue;
        const char index[] = {(char)('0' + i), 0};
        snug_json_number(json, index, need->argument[i]);
    }
    snug_json_end(json);
    snug_json_string(json, "action", action);
    if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
        snug_json_number(json, "errno", answer & SECCOMP_RET_DATA);
    else
        snug_json_null(json, "errno");
    snug_json_bool(json, "is_harmless", snug_refusals_are_harmless(refusal));
    snug_json_end(json);
}

void snug_explain_seccomp_write_json(const struct snug_subject *subject,
                                     const struct snug_profile *profile,
                                     struct snug_json *json)
{
    snug_json_object(json, "seccomp_profile");
    snug_json_string(json, "file", profile->members.file);
    snug_json_number(json, "instructions", profile->n);
    snug_json_array(json, "refuses");
    struct snug_refusals walk = walk_through(subject, profile);
    struct snug_refusal refusal;
    while (snug_refusals_next(&walk, &refusal))
        write_refusal(json, &refusal);
    snug_json_end(json);

    snug_json_array(json, "skipped");
    struct snug_text names = {profile->rules.unknown, profile->rules.n_unknown_bytes};
    struct snug_text name;
    while (names.n && snug_text_cut(&names, ' ', &name))
        snug_json_text(json, NULL, name);
    snug_json_end(json);
    snug_json_end(json);
}
