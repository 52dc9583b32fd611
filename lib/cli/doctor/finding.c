/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Findings. A text that is too long is cut: paths may have any length.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "snug/cli/doctor/finding.h"

__attribute__((format(printf, 2, 0))) static void put(char ret[SNUG_FINDING_BYTES],
                                                      const char *format, va_list arguments)
{
    (void)vsnprintf(ret, SNUG_FINDING_BYTES, format, arguments);
}

void snug_finding_see(struct snug_finding *finding, enum snug_grade grade,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    finding->grade = grade;
    put(finding->seen, format, arguments);
    va_end(arguments);
}

void snug_finding_follow(struct snug_finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(finding->follows, format, arguments);
    va_end(arguments);
}

void snug_finding_mend(struct snug_finding *finding, enum snug_place place,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    finding->place = place;
    put(finding->mend, format, arguments);
    va_end(arguments);
}

const char *snug_finding_word(const char *word, const char *otherwise)
{
    for (const char *at = word; *at; at++)
        if (!strchr("/._-+", *at) && (*at < '0' || *at > '9') && (*at < 'A' || *at > 'Z') &&
            (*at < 'a' || *at > 'z'))
            return otherwise;
    return word[0] ? word : otherwise;
}

const char *snug_finding_grade(enum snug_grade grade)
{
    static const char *const words[SNUG_N_GRADES] = {
        [SNUG_GRADE_SKIPPED] = "skipped", [SNUG_GRADE_OK] = "ok",
        [SNUG_GRADE_NOTE] = "note",       [SNUG_GRADE_WARNING] = "warning",
        [SNUG_GRADE_ERROR] = "error",
    };
    return words[grade];
}

const char *snug_finding_place(enum snug_place place)
{
    switch (place) {
    case SNUG_PLACE_SHELL:
        return "shell";
    case SNUG_PLACE_CONTAINER:
        return "shell of the container";
    case SNUG_PLACE_POLICY:
        return "policy file";
    case SNUG_PLACE_ENVIRONMENT:
        return "environment";
    case SNUG_PLACE_POD:
        return "pod";
    case SNUG_PLACE_PROFILE:
        return "seccomp profile";
    case SNUG_PLACE_NOWHERE:
        break;
    }
    return "nowhere";
}
