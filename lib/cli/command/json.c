/* SPDX-License-Identifier: LGPL-2.1-or-later
 * JSON as it goes out. Paths and variables can hold any bytes, so a string is checked for
 * valid UTF-8 here.
 */
#include <assert.h>

#include "snug/cli/command/characters.h"
#include "snug/cli/command/json.h"

struct snug_json snug_json_write(FILE *out)
{
    return (struct snug_json){.out = out};
}

static void put_character(FILE *out, struct snug_text character)
{
    const unsigned char c = (unsigned char)character.at[0];
    if (c == '"' || c == '\\')
        (void)fprintf(out, "\\%c", c);
    else if (snug_characters_is_control(character))
        (void)fprintf(out, "\\u%04x", snug_characters_number(character));
    else
        (void)fwrite(character.at, 1, character.n, out);
}

static void put_quoted(FILE *out, struct snug_text text)
{
    (void)fputc('"', out);
    while (text.n) {
        const size_t n = snug_characters_first(text);
        if (n)
            put_character(out, (struct snug_text){text.at, n});
        else
            (void)fputs("\xef\xbf\xbd", out);
        const size_t n_done = n ? n : 1;
        text = (struct snug_text){text.at + n_done, text.n - n_done};
    }
    (void)fputc('"', out);
}

static void put_indent(const struct snug_json *json)
{
    (void)fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

/* What stands before a value: comma, line, indent and the member's name. */
static void begin_value(struct snug_json *json, const char *name)
{
    if (json->has_previous)
        (void)fputc(',', json->out);
    if (json->depth)
        put_indent(json);
    if (name) {
        put_quoted(json->out, snug_text_of(name));
        (void)fputs(": ", json->out);
    }
    json->has_previous = true;
}

static void open_value(struct snug_json *json, const char *name, bool is_array)
{
    begin_value(json, name);
    assert(json->depth + 1 < SNUG_JSON_DEPTH_MAX);
    json->depth++;
    const uint32_t bit = (uint32_t)1 << json->depth;
    json->arrays = is_array ? json->arrays | bit : json->arrays & ~bit;
    json->has_previous = false;
    (void)fputc(is_array ? '[' : '{', json->out);
}

void snug_json_object(struct snug_json *json, const char *name)
{
    open_value(json, name, false);
}

void snug_json_array(struct snug_json *json, const char *name)
{
    open_value(json, name, true);
}

void snug_json_end(struct snug_json *json)
{
    assert(json->depth);
    const bool is_array = json->arrays >> json->depth & 1;
    json->depth--;
    if (json->has_previous)
        put_indent(json);
    (void)fputc(is_array ? ']' : '}', json->out);
    json->has_previous = true;
    if (!json->depth)
        (void)fputc('\n', json->out);
}

void snug_json_text(struct snug_json *json, const char *name, struct snug_text text)
{
    if (!text.at) {
        snug_json_null(json, name);
        return;
    }
    begin_value(json, name);
    put_quoted(json->out, text);
}

void snug_json_string(struct snug_json *json, const char *name, const char *string)
{
    snug_json_text(json, name, snug_text_of(string));
}

void snug_json_number(struct snug_json *json, const char *name, uint64_t number)
{
    begin_value(json, name);
    (void)fprintf(json->out, "%llu", (unsigned long long)number);
}

void snug_json_bool(struct snug_json *json, const char *name, bool is_true)
{
    begin_value(json, name);
    (void)fputs(is_true ? "true" : "false", json->out);
}

void snug_json_null(struct snug_json *json, const char *name)
{
    begin_value(json, name);
    (void)fputs("null", json->out);
}
