/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed access to JSON. What the grammar is, Jansson knows: it is strict, tells line and
 * column, and keeps whole numbers apart from others.
 */
#include "snug/cli/profile/members.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "snug/base/text.h"

enum { SENTENCE_BYTES = 768 };

size_t snug_members_enter(struct snug_members *members, const char *name, long index)
{
    const size_t ret = members->n_place;
    struct snug_builder out = {
        .at = members->place,
        .size = sizeof members->place,
        .n = members->n_place,
    };
    snug_text_put(&out, out.n ? "." : "");
    snug_text_put(&out, name);
    if (index >= 0) {
        snug_text_put(&out, "[");
        snug_text_put_u64(&out, (uint64_t)index);
        snug_text_put(&out, "]");
    }
    members->n_place = out.n;
    return ret;
}

void snug_members_leave(struct snug_members *members, size_t level)
{
    members->n_place = level;
    members->place[level] = 0;
}

int snug_members_complain(struct snug_members *members, const char *format, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    char *const complaint = members->complaint;
    struct snug_builder out = snug_text_build(complaint, sizeof members->complaint);
    snug_text_put(&out, members->file);
    snug_text_put(&out, ": ");
    snug_text_put(&out, members->place);
    snug_text_put(&out, members->n_place ? ": " : "");
    snug_text_put(&out, sentence);
    for (char *at = complaint; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    return -EINVAL;
}

static int complain_about(struct snug_members *members, const char *name, const char *what)
{
    const size_t level = snug_members_enter(members, name, -1);
    const int r = snug_members_complain(members, "%s is needed", what);
    snug_members_leave(members, level);
    return r;
}

/* NULL if it is absent or null. */
static const json_t *find(const json_t *object, const char *name)
{
    const json_t *ret = json_object_get(object, name);
    return json_is_null(ret) ? NULL : ret;
}

int snug_members_text(struct snug_members *members, const json_t *object, const char *name,
                      const char **ret)
{
    const json_t *value = find(object, name);
    if (value && !json_is_string(value))
        return complain_about(members, name, "a string");
    *ret = json_string_value(value);
    return 0;
}

int snug_members_array(struct snug_members *members, const json_t *object, const char *name,
                       const json_t **ret)
{
    const json_t *value = find(object, name);
    if (value && !json_is_array(value))
        return complain_about(members, name, "an array");
    *ret = value;
    return 0;
}

int snug_members_object(struct snug_members *members, const json_t *object,
                        const char *name, const json_t **ret)
{
    const json_t *value = find(object, name);
    if (value && !json_is_object(value))
        return complain_about(members, name, "an object");
    *ret = value;
    return 0;
}

int snug_members_number(struct snug_members *members, const json_t *object,
                        const char *name, uint64_t most, bool *ret_is_there, uint64_t *ret)
{
    const json_t *value = find(object, name);
    *ret_is_there = value;
    if (!value)
        return 0;
    const json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || (uint64_t)number > most) {
        char what[64];
        (void)snprintf(what, sizeof what, "a whole number from 0 to %llu",
                       (unsigned long long)most);
        return complain_about(members, name, what);
    }
    *ret = (uint64_t)number;
    return 0;
}

int snug_members_element(struct snug_members *members, const json_t *array,
                         const char *name, size_t index, const char **ret)
{
    *ret = json_string_value(json_array_get(array, index));
    if (*ret)
        return 0;
    const size_t level = snug_members_enter(members, name, (long)index);
    const int r = snug_members_complain(members, "a string is needed");
    snug_members_leave(members, level);
    return r;
}
