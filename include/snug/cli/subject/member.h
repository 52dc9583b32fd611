/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of a structure that a capture keeps by name, a line each. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "snug/base/text.h"

struct snug_member {
    const char *name;
    size_t offset;  /* In the structure; of a list that of the first. */
    size_t n_bytes; /* Of a number: a bool, an enum, an unsigned or a uint64_t. */
    bool is_text;   /* Its end is counted in n_bytes. */
    size_t n;       /* Of a list; 1: it is none. */
    size_t stride;  /* From one of a list to the next. */
};

/* The number that stands at `at`. */
uint64_t snug_member_number(const struct snug_member *member, const void *at);

/* Writes what the text says to `at`. A text that is too long leaves it empty; what is no
 * number, or none that fits, leaves it as it is. */
void snug_member_take(const struct snug_member *member, struct snug_text value, void *at);
