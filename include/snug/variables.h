/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose values the Go runtime's variables hold. SNUG_SET is the record that snug leaves
 * beside what it sets, `SNUG_SET=GOMEMLIMIT=241172480 GOMAXPROCS=2`: a child of the process
 * sees from it which values were never the user's. A value that differs from the record is
 * the user's.
 */
#pragma once

#include "snug/facts.h"

/* `entries` are `NAME=value` strings ended by NULL, as on the start vector; NULL is none.
 * The first of duplicates counts, as it does for Go. */
void snug_variables_read(char *const *entries, struct snug_variable_facts *ret);

/* Whose value the entry (`NAME=value`) is, by the record among the same entries. */
enum snug_owner snug_variables_owner(char *const *entries, const char *entry);

/* The value of the first entry of that name; {NULL, 0} if there is none. */
struct snug_text snug_variables_value(char *const *entries, const char *name);
