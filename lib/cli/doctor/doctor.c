/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug doctor`: gathers all that the checks look at, and tells what each has found. It
 * changes nothing, mends least of all.
 */
#include <stdio.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/doctor/diagnosis.h"
#include "snug/cli/doctor/doctor.h"
#include "snug/cli/doctor/survey.h"

enum { WINDOW_MAX = 3600 };

static int examine(struct snug_subject *subject, const struct snug_arguments *arguments,
                   uint64_t window_sec)
{
    static struct snug_patient patient;
    const int status = snug_subject_enter(subject, arguments);
    if (status != 0)
        return status;
    snug_subject_see_tracing(subject);
    snug_subject_plan(subject, arguments);
    snug_patient_examine(subject, window_sec, NULL, &patient);
    if (arguments->is_probe && subject->root.pid)
        snug_pprof_ask(subject->root.pid, &patient.connections, &patient.pprof);
    const enum snug_grade worst =
        (arguments->is_json ? snug_diagnosis_write_json : snug_diagnosis_write)(&patient,
                                                                                stdout);
    snug_patient_release(&patient);
    return snug_diagnosis_status(worst);
}

int snug_doctor_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_DOCTOR, argv, &arguments, &status))
        return status;
    if (arguments.is_list) {
        (arguments.is_json ? snug_diagnosis_write_list_json
                           : snug_diagnosis_write_list)(stdout);
        return 0;
    }
    if (arguments.root && arguments.pid)
        return snug_help_complain(SNUG_COMMAND_DOCTOR,
                                  "--root and --pid exclude each other");
    uint64_t window_sec = 0;
    if (arguments.window &&
        (snug_text_u64(snug_text_of(arguments.window), &window_sec) < 0 || !window_sec ||
         window_sec > WINDOW_MAX))
        return snug_help_complain(SNUG_COMMAND_DOCTOR,
                                  "--for takes a number of seconds from 1 to 3600");
    if (arguments.root && window_sec)
        return snug_help_complain(
            SNUG_COMMAND_DOCTOR,
            "--root and --for exclude each other: nothing moves there");

    if (arguments.root && arguments.is_probe)
        return snug_help_complain(SNUG_COMMAND_DOCTOR,
                                  "--root and --probe exclude each other: nobody "
                                  "answers there");

    if (arguments.cgroup && (arguments.root || arguments.pid || arguments.operand[0] ||
                             window_sec || arguments.is_probe))
        return snug_help_complain(SNUG_COMMAND_DOCTOR,
                                  "--cgroup excludes --root, --pid, --for, --probe and a "
                                  "program");
    if (arguments.cgroup)
        return snug_survey_make(&arguments);

    struct snug_subject subject = {.root.fd = -1, .executable.fd = -1};
    status = examine(&subject, &arguments, window_sec);
    snug_subject_close(&subject);
    return status;
}
