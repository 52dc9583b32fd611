/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each check is made where its row is written.
 */
#include <string.h>

#include "snug/cli/command/help.h"
#include "snug/cli/command/page.h"
#include "snug/cli/doctor/diagnosis.h"
#include "snug/cli/doctor/memory_account.h"

enum { ROW_BYTES = SNUG_FINDING_BYTES + 32, INDENT_COLUMNS = 18 };

struct writer {
    const struct snug_patient *patient;
    FILE *out;
    struct snug_json *json;
    enum snug_grade least; /* What is better has no row. */
    unsigned n[SNUG_N_GRADES];
    enum snug_grade worst;
};

static void look(struct writer *writer, const struct snug_check *check,
                 struct snug_finding *ret)
{
    *ret = (struct snug_finding){0};
    check->look(writer->patient, ret);
    writer->n[ret->grade]++;
    if (ret->grade > writer->worst)
        writer->worst = ret->grade;
}

/* As it is to be copied: never broken, one line behind the other. */
static void write_mend(const struct snug_finding *finding, FILE *out)
{
    char row[ROW_BYTES];
    (void)snprintf(row, sizeof row, "mend (%s):", snug_finding_place(finding->place));
    snug_page_write_row(out, "", row);
    const char *line = finding->mend;
    while (*line) {
        const size_t n = strcspn(line, "\n");
        (void)snprintf(row, sizeof row, "%*s%.*s", INDENT_COLUMNS + 2, "", (int)n, line);
        snug_page_write_line(out, row);
        line += n + (line[n] == '\n');
    }
}

/* Of the grade's word. */
static enum snug_tone tone_of(enum snug_grade grade)
{
    static const enum snug_tone tones[SNUG_N_GRADES] = {
        [SNUG_GRADE_SKIPPED] = SNUG_TONE_FAINT, [SNUG_GRADE_OK] = SNUG_TONE_GOOD,
        [SNUG_GRADE_NOTE] = SNUG_TONE_HINT,     [SNUG_GRADE_WARNING] = SNUG_TONE_DOUBT,
        [SNUG_GRADE_ERROR] = SNUG_TONE_BAD,
    };
    return tones[grade];
}

static void write_row(const struct snug_check *check, void *context)
{
    struct writer *const writer = context;
    struct snug_finding finding;
    char row[ROW_BYTES];
    look(writer, check, &finding);
    if (finding.grade < writer->least)
        return;
    (void)snprintf(row, sizeof row, "%s: %s", snug_finding_grade(finding.grade),
                   finding.seen);
    snug_page_write_toned(writer->out, check->name, tone_of(finding.grade), row);
    if (finding.follows[0])
        snug_page_write_row(writer->out, "", finding.follows);
    if (finding.place != SNUG_PLACE_NOWHERE)
        write_mend(&finding, writer->out);
}

enum snug_grade snug_diagnosis_write(const struct snug_patient *patient, FILE *out)
{
    struct writer writer = {.patient = patient, .out = out};
    snug_checks_each(write_row, &writer);
    (void)fputc('\n', out);
    for (unsigned i = SNUG_N_GRADES; i-- > 0;)
        (void)fprintf(out, "%s%s %u", i + 1 == SNUG_N_GRADES ? "" : ", ",
                      snug_finding_grade(i), writer.n[i]);
    (void)fputc('\n', out);
    return writer.worst;
}

static void write_object(const struct snug_check *check, void *context)
{
    struct writer *const writer = context;
    struct snug_finding finding;
    look(writer, check, &finding);
    struct snug_json *json = writer->json;
    snug_json_object(json, NULL);
    snug_json_string(json, "name", check->name);
    snug_json_string(json, "grade", snug_finding_grade(finding.grade));
    snug_json_string(json, "seen", finding.seen);
    snug_json_string(json, "follows", finding.follows[0] ? finding.follows : NULL);
    if (finding.place == SNUG_PLACE_NOWHERE) {
        snug_json_null(json, "mend");
    } else {
        snug_json_object(json, "mend");
        snug_json_string(json, "place", snug_finding_place(finding.place));
        snug_json_string(json, "text", finding.mend);
        snug_json_end(json);
    }
    snug_json_end(json);
}

enum snug_grade snug_diagnosis_put_json(const struct snug_patient *patient,
                                        struct snug_json *json)
{
    struct writer writer = {.patient = patient, .json = json};
    snug_json_array(json, "checks");
    snug_checks_each(write_object, &writer);
    snug_json_end(json);
    for (unsigned i = SNUG_N_GRADES; i-- > 0;)
        snug_json_number(json, snug_finding_grade(i), writer.n[i]);
    snug_memory_account_put_json(patient, json);
    return writer.worst;
}

enum snug_grade snug_diagnosis_write_json(const struct snug_patient *patient, FILE *out)
{
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    const enum snug_grade ret = snug_diagnosis_put_json(patient, &json);
    snug_json_end(&json);
    return ret;
}

enum snug_grade snug_diagnosis_write_troubles(const struct snug_patient *patient, FILE *out)
{
    struct writer writer = {.patient = patient, .out = out, .least = SNUG_GRADE_WARNING};
    snug_checks_each(write_row, &writer);
    return writer.worst;
}

int snug_diagnosis_status(enum snug_grade worst)
{
    if (worst == SNUG_GRADE_ERROR)
        return SNUG_EXIT_ERRORS;
    return worst == SNUG_GRADE_WARNING ? SNUG_EXIT_PROBLEMS : 0;
}

static void write_question(const struct snug_check *check, void *context)
{
    snug_page_write_row(context, check->name, check->question);
}

void snug_diagnosis_write_list(FILE *out)
{
    snug_checks_each(write_question, out);
}

static void write_question_json(const struct snug_check *check, void *context)
{
    struct snug_json *const json = context;
    snug_json_object(json, NULL);
    snug_json_string(json, "name", check->name);
    snug_json_string(json, "question", check->question);
    snug_json_end(json);
}

void snug_diagnosis_write_list_json(FILE *out)
{
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    snug_json_array(&json, "checks");
    snug_checks_each(write_question_json, &json);
    snug_json_end(&json);
    snug_json_end(&json);
}
