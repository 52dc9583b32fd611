/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is not known of a program is taken for needed.
 */
#include "snug/cli/subject/needed.h"

unsigned snug_needed_who(const struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    const bool may_be_go = program->is_go || !program->is_known;
    const bool has_libc = !program->is_static || subject->form == SNUG_FORM_PACKED;
    return SNUG_NEEDS_AT_START | (may_be_go ? SNUG_NEEDS_GO : 0u) |
           (has_libc ? SNUG_NEEDS_LIBC | SNUG_NEEDS_SNUG : 0u) |
           (subject->plan.seccomp.who & (SNUG_NEEDS_FOLLOW | SNUG_NEEDS_RARE)) |
           (program->libc == SNUG_LIBC_MUSL ? SNUG_NEEDS_MUSL : 0u);
}

const char *snug_needed_words(const struct snug_subject *subject)
{
    const unsigned who = snug_needed_who(subject);
    if (!subject->facts.program.is_known || subject->form == SNUG_FORM_PACKED)
        return "a Go program, libc and snug";
    if (!(who & SNUG_NEEDS_LIBC))
        return who & SNUG_NEEDS_GO ? "this Go release" : NULL;
    return who & SNUG_NEEDS_GO ? "this Go release, libc and snug" : "libc and snug";
}
