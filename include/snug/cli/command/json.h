/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes JSON, indented by two spaces. Emitting only; the caller keeps to the grammar: one
 * value at the top, names inside objects and NULL as the name inside arrays.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "snug/base/text.h"

enum { SNUG_JSON_DEPTH_MAX = 32 };

struct snug_json {
    FILE *out;
    unsigned depth;
    uint32_t arrays;   /* Bit by depth: an array is open there, not an object. */
    bool has_previous; /* A member stands before the next one at this depth. */
};

struct snug_json snug_json_write(FILE *out);

/* Each opened object or array is closed by one snug_json_end; the last ends the line. */
void snug_json_object(struct snug_json *json, const char *name);
void snug_json_array(struct snug_json *json, const char *name);
void snug_json_end(struct snug_json *json);

/* Bytes that are not UTF-8 become U+FFFD, one each. An absent text ({NULL, 0}) is null. */
void snug_json_text(struct snug_json *json, const char *name, struct snug_text text);
void snug_json_string(struct snug_json *json, const char *name, const char *string);
void snug_json_number(struct snug_json *json, const char *name, uint64_t number);
void snug_json_bool(struct snug_json *json, const char *name, bool is_true);
void snug_json_null(struct snug_json *json, const char *name);
