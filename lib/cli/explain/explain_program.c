/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is known of the program, in words.
 */
#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_program.h"

enum { ROW_BYTES = 2 * PATH_MAX };

static void put_program(struct snug_builder *out, const struct snug_program *program)
{
    if (!program->is_go) {
        snug_text_put(out, program->is_gccgo ? "Go program, built with gccgo"
                                             : "not a Go program");
        return;
    }
    snug_text_put(out, "Go program, ");
    snug_text_put(out, program->go_version[0] ? program->go_version : "unknown release");
    snug_text_put(out, program->is_static ? ", static" : ", dynamic");
    if (program->is_pie)
        snug_text_put(out, ", position-independent");
    if (!program->is_static) {
        snug_text_put(out, ", libc: ");
        snug_text_put(out, snug_figures_libc(program->libc));
    }
    for (unsigned i = 0; snug_figures_library(i); i++)
        if (program->libraries >> i & 1) {
            snug_text_put(out, ", with ");
            snug_text_put(out, snug_figures_library(i));
        }
}

static void put_via(struct snug_builder *out, const struct snug_executable *executable)
{
    if (executable->via == SNUG_VIA_NOTHING)
        return;
    snug_text_put(out, executable->via == SNUG_VIA_SCRIPT ? "; it runs the script "
                                                          : "; started by hand with ");
    snug_text_put(out, executable->by);
}

void snug_explain_program_write_text(const struct snug_subject *subject, FILE *out)
{
    const struct snug_program *program = &subject->facts.program;
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);

    if (program->is_assumed) {
        snug_text_put(&text,
                      "none given: a cgo Go program of the newest release is assumed");
        snug_page_write_row(out, "program", row);
        return;
    }
    snug_text_put(&text, subject->executable.path);
    snug_text_put(&text, subject->has_program ? ": " : "");
    switch (subject->form) {
    case SNUG_FORM_UNREADABLE:
        snug_text_put(&text, "cannot be read");
        break;
    case SNUG_FORM_PACKED:
        snug_text_put(&text, "packed");
        break;
    case SNUG_FORM_FOREIGN:
        snug_text_put(&text, "not a program of 64 bits for this machine");
        break;
    case SNUG_FORM_OTHER:
    case SNUG_FORM_PROGRAM:
        put_program(&text, program);
        break;
    }
    put_via(&text, &subject->executable);
    snug_page_write_row(out, "program", row);
}
