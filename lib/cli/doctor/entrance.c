/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands in LD_PRELOAD is the user's, and comes first: some of it must, as
 * AddressSanitizer.
 */
#include "snug/cli/doctor/entrance.h"

#include <string.h>

#include "snug/base/entries.h"

static const char object[] = "/snug/libsnug.so";

static bool is_named(const struct snug_preloads *preloads)
{
    for (unsigned i = 0; i < preloads->n; i++)
        if (preloads->object[i].is_snug)
            return true;
    return false;
}

enum snug_entrance snug_entrance_of(const struct snug_patient *patient)
{
    const struct snug_subject *subject = patient->subject;
    const struct snug_program *program = &subject->facts.program;
    if (!patient->has_program || subject->form == SNUG_FORM_FOREIGN ||
        subject->form == SNUG_FORM_UNREADABLE || subject->executable.gains)
        return SNUG_ENTRANCE_NONE;
    const bool is_without_turn =
        program->is_go && !program->imports_mmap &&
        snug_text_matches(snug_text_of(program->interpreter), snug_text_of("*/ld-musl*"));
    if (subject->form == SNUG_FORM_PACKED || program->is_static || is_without_turn ||
        subject->executable.is_privileged)
        return SNUG_ENTRANCE_RUN;
    return is_named(&patient->preloads) ? SNUG_ENTRANCE_NAMED : SNUG_ENTRANCE_PRELOAD;
}

bool snug_entrance_is_used(const struct snug_patient *patient)
{
    const struct snug_variable_facts *variables = &patient->subject->facts.variables;
    const bool has_variable = variables->gomaxprocs == SNUG_OWNER_SNUG ||
                              variables->gomemlimit == SNUG_OWNER_SNUG ||
                              variables->gogc == SNUG_OWNER_SNUG;
    return patient->condition.has_object ||
           (has_variable && snug_entrance_of(patient) == SNUG_ENTRANCE_RUN);
}

/* The list with colons between its members. False if it is not plain: somebody else copies
 * it. */
static bool put_list(struct snug_text list, struct snug_builder *out)
{
    struct snug_text word;
    while (snug_text_cut_word(&list, &word)) {
        struct snug_text name;
        while (snug_text_cut(&word, ':', &name)) {
            char text[SNUG_FINDING_BYTES];
            if (!name.n)
                continue;
            if (snug_text_copy(name, sizeof text, text) < 0 ||
                strcmp(snug_finding_word(text, ""), text) != 0)
                return false;
            snug_text_put(out, text);
            snug_text_put(out, ":");
        }
    }
    return !out->is_full;
}

static void mend_by_preload(const struct snug_patient *patient, struct snug_finding *ret)
{
    char text[SNUG_FINDING_BYTES - 64];
    struct snug_builder out = snug_text_build(text, sizeof text);
    const struct snug_text list =
        snug_entries_value(patient->subject->entries, "LD_PRELOAD");
    text[0] = 0;
    const bool is_known = patient->subject->entries || !patient->has_process;
    if (is_known && put_list(list, &out))
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "LD_PRELOAD=%s%s", text, object);
    else
        snug_finding_mend(ret, SNUG_PLACE_CONTAINER,
                          "export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}%s\"", object);
}

void snug_entrance_mend(const struct snug_patient *patient, struct snug_finding *ret)
{
    switch (snug_entrance_of(patient)) {
    case SNUG_ENTRANCE_PRELOAD:
        mend_by_preload(patient, ret);
        break;
    case SNUG_ENTRANCE_RUN:
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "snug run -- %s",
                          snug_finding_word(patient->subject->executable.path, "PROGRAM"));
        break;
    case SNUG_ENTRANCE_NAMED:
    case SNUG_ENTRANCE_NONE:
        break;
    }
}
