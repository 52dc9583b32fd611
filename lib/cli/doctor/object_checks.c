/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether libsnug.so can come into the program, has come, and may act there.
 */
#include <string.h>

#include "snug/cli/doctor/checks.h"
#include "snug/cli/doctor/entrance.h"
#include "snug/policy/problems.h"

static const char no_process[] = "no process was named: use --pid";

static void look_at_program(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_subject *subject = patient->subject;
    const struct snug_program *program = &subject->facts.program;
    static const char without[] = "The loader brings no object into it: LD_PRELOAD has no "
                                  "effect.";
    if (!patient->has_program) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "no program was named");
    } else if (subject->executable.gains ||
               (subject->executable.is_privileged && !program->is_static)) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "the program is set-user-id or has capabilities of its own");
        snug_finding_follow(ret, "The loader ignores LD_PRELOAD. Of a Go program snug run "
                                 "sets the variables, and nothing else. Give the "
                                 "capabilities to the container instead.");
    } else if (subject->form == SNUG_FORM_FOREIGN) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "the program is not one of 64 bits for this machine");
        snug_finding_follow(ret, "%s", without);
    } else if (subject->form == SNUG_FORM_UNREADABLE) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the program cannot be read");
    } else if (subject->form == SNUG_FORM_PACKED) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "the program is packed: what it holds shows when it runs");
        snug_finding_follow(ret, "If it is static, the loader brings no object into it.");
        snug_entrance_mend(patient, ret);
    } else if (program->is_static && snug_entrance_is_used(patient)) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "the program is static, and snug run has set its variables");
    } else if (program->is_static) {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the program is static");
        snug_finding_follow(ret, "%s", without);
        snug_entrance_mend(patient, ret);
    } else if (program->is_go && snug_entrance_of(patient) == SNUG_ENTRANCE_RUN) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "the program is built without cgo, and its loader is musl's");
        snug_finding_follow(ret, "Nothing gives the object a turn there.");
        snug_entrance_mend(patient, ret);
    } else if (!program->is_go) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "the program is not Go: snug leaves it alone unless scope = all");
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "a dynamic Go program, %s",
                         program->go_version[0] ? program->go_version : "unknown release");
    }
}

static void look_at_loaded(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_condition *condition = &patient->condition;
    const struct snug_program *program = &patient->subject->facts.program;
    if (!patient->has_process) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_process);
    } else if (!condition->has_maps) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "the mappings of the process cannot be read");
    } else if (condition->has_object) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s is in the process", condition->object);
    } else if (program->is_static || !program->is_go) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "no libsnug.so is in the process");
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "no libsnug.so is in the process");
        snug_finding_follow(
            ret,
            "Go sizes itself by the machine, and has no memory target but one that is set "
            "by hand or in code.%s",
            snug_entrance_of(patient) == SNUG_ENTRANCE_NAMED
                ? " It is named to be preloaded: if object.preload and object.mount find "
                  "nothing, it was named after the program had started."
                : "");
        snug_entrance_mend(patient, ret);
    }
}

/* The first object that the loader will fail to bring in. */
static void look_at_preload(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_preloads *preloads = &patient->preloads;
    for (unsigned i = 0; i < preloads->n; i++) {
        const struct snug_preloaded *object = &preloads->object[i];
        const char *by = object->is_of_file ? "/etc/ld.so.preload" : "LD_PRELOAD";
        if (object->is_named || (object->is_there && object->is_fitting))
            continue;
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%s names %s, which %s", by, object->path,
                         object->is_there
                             ? "is no shared object of 64 bits for this machine"
                             : "is not there or cannot be read");
        snug_finding_follow(ret, "The loader leaves it out, and every program of the "
                                 "container says so at its start, or with musl says "
                                 "nothing.");
        if (object->is_snug && !object->is_there)
            snug_finding_mend(
                ret, SNUG_PLACE_POD,
                "volumeMounts: [{name: snug, mountPath: %.*s, readOnly: true}]",
                (int)(strrchr(object->path, '/') - object->path), object->path);
        return;
    }
    if (preloads->n)
        snug_finding_see(ret, SNUG_GRADE_OK, "all that is to be preloaded is there");
    else
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "nothing is to be preloaded: neither "
                         "LD_PRELOAD nor /etc/ld.so.preload names "
                         "an object");
}

static void look_at_mount(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_preloads *preloads = &patient->preloads;
    unsigned n_there = 0;
    for (unsigned i = 0; i < preloads->n; i++) {
        const struct snug_preloaded *object = &preloads->object[i];
        n_there += object->is_there;
        if (!object->is_noexec)
            continue;
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%s lies on %s, which is mounted noexec",
                         object->path, object->mount);
        snug_finding_follow(ret, "The loader may not map it: programs run without it.");
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "mount -o remount,exec %s",
                          snug_finding_word(object->mount, "MOUNT"));
        return;
    }
    if (n_there)
        snug_finding_see(ret, SNUG_GRADE_OK, "what is to be preloaded may be mapped");
    else
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "there is no object to be preloaded");
}

static void look_at_others(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_preloads *preloads = &patient->preloads;
    if (patient->condition.has_asan) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "AddressSanitizer is in the process");
        snug_finding_follow(ret, "Programs built with its shared library end at once where "
                                 "another object stands before it.");
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT,
                          "ASAN_OPTIONS=verify_asan_link_order=0");
        return;
    }
    for (unsigned i = 0; i < preloads->n; i++)
        if (!preloads->object[i].is_snug) {
            snug_finding_see(ret, SNUG_GRADE_NOTE,
                             "%s is preloaded too: if something is odd, try without it",
                             preloads->object[i].path);
            return;
        }
    snug_finding_see(ret, SNUG_GRADE_OK, "no other object is to be preloaded");
}

static void look_at_switch(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_policy *policy = &patient->subject->policy;
    if (policy->is_off) {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the variable SNUG switches snug off");
        snug_finding_follow(ret, "The object does nothing at all.");
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "unset SNUG");
        return;
    }
    snug_finding_see(ret, SNUG_GRADE_OK, "snug is on");
}

static void look_at_policy(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_policy *policy = &patient->subject->policy;
    if (!policy->n_problems) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s",
                         policy->has_file ? "the policy file is understood"
                                          : "there is no policy file, which is normal");
        return;
    }
    char text[512];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_problems_put(policy, &policy->problem[0], &out);
    snug_finding_see(ret, SNUG_GRADE_WARNING, "%u %s in the policy, the first: %s",
                     policy->n_problems, policy->n_problems == 1 ? "mistake" : "mistakes",
                     text);
    snug_finding_follow(ret, "What is not understood is left out, and the value of lower "
                             "priority holds.");
    if (policy->has_file)
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "snug check %s",
                          snug_finding_word(policy->file, "FILE"));
}

static const struct snug_check checks[] = {
    {"object.program", "Can anything be preloaded into the program?", look_at_program},
    {"object.preload", "Is what is to be preloaded there, and for this machine?",
     look_at_preload},
    {"object.mount", "May it be mapped where it lies?", look_at_mount},
    {"object.loaded", "Is libsnug.so in the process?", look_at_loaded},
    {"object.others", "Is anything else preloaded?", look_at_others},
    {"object.switch", "Is snug on?", look_at_switch},
    {"object.policy", "Is the policy understood?", look_at_policy},
};

const struct snug_family snug_object_checks = {checks, sizeof checks / sizeof *checks};
