/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of JSON objects by name and type, with one sentence about the first that is not
 * as it has to be: `seccomp.json: syscalls[3].action: a string is needed`.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SNUG_MEMBERS_PLACE_BYTES = 128, SNUG_MEMBERS_COMPLAINT_BYTES = 5120 };

struct snug_members {
    const char *file;
    char place[SNUG_MEMBERS_PLACE_BYTES]; /* `syscalls[3].args[0]`, "" at the top. */
    size_t n_place;
    char complaint[SNUG_MEMBERS_COMPLAINT_BYTES]; /* "" if there is none. */
};

/* Goes down to element `index` of the member `name`, or to the member itself if `index` is
 * negative. Returns what snug_members_leave takes to go back up. */
size_t snug_members_enter(struct snug_members *members, const char *name, long index);
void snug_members_leave(struct snug_members *members, size_t level);

/* Each returns 0, or -EINVAL with the complaint. A member that is absent or null is a
 * value:
 * `*ret` is then NULL. */
int snug_members_text(struct snug_members *members, const json_t *object, const char *name,
                      const char **ret);
int snug_members_array(struct snug_members *members, const json_t *object, const char *name,
                       const json_t **ret);
int snug_members_object(struct snug_members *members, const json_t *object,
                        const char *name, const json_t **ret);

/* A whole number from 0 to `most`; `*ret` stays as it was if the member is absent. */
int snug_members_number(struct snug_members *members, const json_t *object,
                        const char *name, uint64_t most, bool *ret_is_there, uint64_t *ret);

/* Element `index` of a member that is an array of strings, which is never NULL. */
int snug_members_element(struct snug_members *members, const json_t *array,
                         const char *name, size_t index, const char **ret);

/* Writes the complaint, the place in front; returns -EINVAL. Bytes that a terminal would
 * act upon become `?`. */
__attribute__((format(printf, 2, 3))) int
snug_members_complain(struct snug_members *members, const char *format, ...);
