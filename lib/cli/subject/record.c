/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `facts.program.is_go 1`, `executable.path /usr/bin/service`: a line a member. What no
 * line names stays as it is.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "snug/cli/subject/member.h"
#include "snug/cli/subject/record.h"

enum { FILE_BYTES = 32 * 1024 };

#define SIZE_OF(member) sizeof((struct snug_subject *)0)->member
#define NUMBER(member)                                                               \
    {                                                                                \
#member, offsetof(struct snug_subject, member), SIZE_OF(member), false, 1, 0 \
    }
#define TEXT(member)                                                                \
    {                                                                               \
#member, offsetof(struct snug_subject, member), SIZE_OF(member), true, 1, 0 \
    }

static const struct snug_member members[] = {
    NUMBER(form),
    NUMBER(has_program),
    NUMBER(executable.is_privileged),
    NUMBER(executable.via),
    TEXT(executable.path),
    TEXT(executable.by),
    NUMBER(executable.build.is_known),
    NUMBER(executable.build.has_settings),
    NUMBER(executable.build.has_race),
    NUMBER(executable.build.has_profile),
    NUMBER(executable.build.is_trimmed),
    NUMBER(executable.build.has_seccomp),
    NUMBER(executable.build.has_numbers),
    NUMBER(executable.build.n_modules),
    NUMBER(executable.build.modules),
    NUMBER(executable.build.functions.is_known),
    NUMBER(executable.build.functions.found),
    NUMBER(executable.build.n_replaced),
    NUMBER(executable.build.n_defaults),
    TEXT(executable.build.replaced),
    TEXT(executable.build.mixed),
    TEXT(executable.build.defaults),
    NUMBER(facts.program.is_known),
    NUMBER(facts.program.is_go),
    NUMBER(facts.program.imports_mmap),
    NUMBER(facts.program.is_static),
    NUMBER(facts.program.is_pie),
    NUMBER(facts.program.is_archive),
    NUMBER(facts.program.may_be_archive),
    NUMBER(facts.program.is_gccgo),
    NUMBER(facts.program.libc),
    NUMBER(facts.program.go_minor),
    NUMBER(facts.program.follows_container),
    NUMBER(facts.program.follows_updates),
    NUMBER(facts.program.libraries),
    TEXT(facts.program.interpreter),
    TEXT(facts.program.go_version),
    NUMBER(tracing.has_file),
    NUMBER(object.is_told),
    NUMBER(object.is_loaded),
    TEXT(object.path),
    TEXT(object.version),
    NUMBER(object.chosen.cpus),
    NUMBER(object.chosen.gomaxprocs),
    NUMBER(object.chosen.go_limit_bytes),
    NUMBER(object.chosen.cpu_reason),
    NUMBER(object.chosen.memory_reason),
    TEXT(object.chosen.version),
};

void snug_record_put(struct snug_builder *out, const struct snug_subject *subject)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *at = (const char *)subject + members[i].offset;
        snug_text_put(out, members[i].name);
        snug_text_put(out, " ");
        if (members[i].is_text)
            snug_text_put(out, at);
        else
            snug_text_put_u64(out, snug_member_number(&members[i], at));
        snug_text_put(out, "\n");
    }
    for (unsigned i = 0; i < subject->n_notes; i++) {
        snug_text_put(out, "note ");
        snug_text_put(out, subject->note[i]);
        snug_text_put(out, "\n");
    }
}

static void take_line(struct snug_subject *subject, struct snug_text key,
                      struct snug_text value)
{
    if (snug_text_equals(key, "note"))
        snug_subject_note(subject, "%.*s", (int)value.n, value.at);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *at = (char *)subject + members[i].offset;
        if (snug_text_equals(key, members[i].name))
            snug_member_take(&members[i], value, at);
    }
}

/* Somebody else has written it: an enum must be one of its values. */
static bool is_possible(const struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    return subject->form <= SNUG_FORM_OTHER && subject->executable.via <= SNUG_VIA_LOADER &&
           program->libc <= SNUG_LIBC_MUSL && program->follows_container <= SNUG_YES &&
           program->follows_updates <= SNUG_YES && subject->object.is_loaded <= SNUG_YES;
}

int snug_record_read(struct snug_subject *subject)
{
    char text[FILE_BYTES];
    size_t n;
    const int r = snug_file_read(&subject->root, SNUG_RECORD_PATH, sizeof text, text, &n);
    if (r < 0)
        return r;
    struct snug_text rest = {text, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text key;
        if (snug_text_cut(&line, ' ', &key) && line.at)
            take_line(subject, key, line);
    }
    subject->executable.gains = subject->executable.is_privileged;
    if (is_possible(subject))
        return 0;
    subject->has_program = false;
    subject->executable = (struct snug_executable){.fd = -1};
    return -EBADMSG;
}
