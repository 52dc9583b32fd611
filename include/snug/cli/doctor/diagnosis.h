/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The findings of all checks, for people and for programs.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/command/json.h"
#include "snug/cli/doctor/checks.h"

/* Text: a row a check, those behind it if it is worse than ok. Returns the worst grade. */
enum snug_grade snug_diagnosis_write(const struct snug_patient *patient, FILE *out);

/* One JSON document; the same return. */
enum snug_grade snug_diagnosis_write_json(const struct snug_patient *patient, FILE *out);

/* Its members alone, into an object that is open. */
enum snug_grade snug_diagnosis_put_json(const struct snug_patient *patient,
                                        struct snug_json *json);

/* The rows of warnings and errors alone. */
enum snug_grade snug_diagnosis_write_troubles(const struct snug_patient *patient,
                                              FILE *out);

/* The exit status. */
int snug_diagnosis_status(enum snug_grade worst);

/* The names of all checks with their questions. */
void snug_diagnosis_write_list(FILE *out);
void snug_diagnosis_write_list_json(FILE *out);
