/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A node may have hundreds of processes, most of them no Go programs, and most of those in
 * order: only what is wrong is shown. What ends meanwhile is left out.
 */
#include "snug/cli/doctor/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/doctor/diagnosis.h"
#include "snug/cli/subject/groups.h"
#include "snug/cli/subject/process.h"
#include "snug/cli/subject/rights.h"

struct survey {
    const struct snug_arguments *arguments;
    struct snug_peers peers;
    struct snug_json json;
    unsigned n; /* Processes, */
    unsigned n_go;
    unsigned n_of[SNUG_N_GRADES]; /* and Go programs by their worst. */
};

static void write_troubles(struct survey *survey, const struct snug_patient *patient,
                           int pid)
{
    char *text = NULL;
    size_t n = 0;
    char heading[128];
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return;
    const enum snug_grade worst = snug_diagnosis_write_troubles(patient, out);
    survey->n_of[worst]++;
    const bool is_written = fclose(out) == 0;
    if (is_written && n) {
        (void)snprintf(heading, sizeof heading, "Process %d, %s", pid,
                       patient->condition.name);
        snug_page_write_heading(stdout, heading, true);
        (void)printf("%s\n", text);
    }
    free(text);
}

static void write_json(struct survey *survey, const struct snug_patient *patient, int pid)
{
    struct snug_json *json = &survey->json;
    snug_json_object(json, NULL);
    snug_json_number(json, "pid", (uint64_t)pid);
    snug_json_string(json, "name", patient->condition.name);
    const enum snug_grade worst = snug_diagnosis_put_json(patient, json);
    snug_json_end(json);
    survey->n_of[worst]++;
}

static enum snug_grade find_worst(const struct survey *survey)
{
    enum snug_grade ret = SNUG_N_GRADES - 1;
    while (ret && !survey->n_of[ret])
        ret--;
    return ret;
}

static void examine_program(struct survey *survey, char *pid)
{
    static struct snug_subject subject;
    static struct snug_patient patient;
    char *const no_command[] = {NULL};
    struct snug_arguments arguments = *survey->arguments;
    arguments.pid = pid;
    arguments.operand = no_command;
    if (snug_subject_open(&subject, &arguments) == 0 &&
        snug_subject_find_program(&subject, no_command) == 0 &&
        subject.facts.program.is_go) {
        snug_subject_see_tracing(&subject);
        snug_subject_plan(&subject, &arguments);
        snug_patient_examine(&subject, 0, &survey->peers, &patient);
        if (patient.condition.is_known) {
            survey->n_go++;
            (arguments.is_json ? write_json : write_troubles)(survey, &patient,
                                                              subject.root.pid);
        }
        snug_patient_release(&patient);
    }
    snug_subject_close(&subject);
}

static void examine(int pid, void *context)
{
    struct survey *const survey = context;
    const struct snug_root root = snug_rights_root(pid);
    char text[64];
    (void)snprintf(text, sizeof text, "/proc/%d", pid);
    if (access(text, F_OK) < 0)
        return;
    survey->n++;
    if (!snug_process_may_be_go(&root))
        return;
    (void)snprintf(text, sizeof text, "%d", pid);
    examine_program(survey, text);
}

int snug_survey_make(const struct snug_arguments *arguments)
{
    static struct snug_groups groups;
    static struct survey survey;
    survey = (struct survey){.arguments = arguments, .json = snug_json_write(stdout)};
    int r = snug_groups_open(arguments->cgroup, &groups);
    if (r == 0) {
        snug_peers_read(&survey.peers);
        if (arguments->is_json) {
            snug_json_object(&survey.json, NULL);
            snug_json_array(&survey.json, "processes");
        }
        r = snug_groups_each_process(&groups, examine, &survey);
        snug_peers_close(&survey.peers);
        if (arguments->is_json) {
            snug_json_end(&survey.json);
            snug_json_number(&survey.json, "seen", survey.n);
            snug_json_end(&survey.json);
        }
    }
    if (r < 0) {
        snug_page_complain("cgroup %s: %s", arguments->cgroup, strerror(-r));
        return SNUG_EXIT_FAILURE;
    }
    if (!arguments->is_json)
        (void)printf("%u %s, %u of them in Go: %u with errors, %u with warnings\n",
                     survey.n, survey.n == 1 ? "process" : "processes", survey.n_go,
                     survey.n_of[SNUG_GRADE_ERROR], survey.n_of[SNUG_GRADE_WARNING]);
    return snug_diagnosis_status(find_worst(&survey));
}
