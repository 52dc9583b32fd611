/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose values the Go runtime's variables hold. SNUG_SET is the record that snug leaves
 * beside what it sets, `SNUG_SET=GOMEMLIMIT=241172480 GOMAXPROCS=2`: a child of the process
 * sees from it which values were never the user's. A value that differs from the record is
 * the user's.
 */
#pragma once

#include "snug/facts/facts.h"

/* A word of the record, by which children know that mistakes have been told. */
#define SNUG_VARIABLES_TOLD "told"

/* `entries` are `NAME=value` strings ended by NULL, as on the start vector; NULL is none.
 * The first of duplicates counts, as it does for Go. */
void snug_variables_read(char *const *entries, struct snug_variable_facts *ret);

/* Whose value the entry (`NAME=value`) is, by the record, SNUG_SET's value. */
enum snug_owner snug_variables_owner(struct snug_text record, const char *entry);

/* Whether the Go runtime takes the entry for unset, so that its value is nobody's wish: an
 * empty one, and for GOMAXPROCS all but a number from 1 to 2^31-1. Source: readGOMEMLIMIT,
 * readGOGC (runtime/mgcpacer.go), schedinit (runtime/proc.go). */
bool snug_variables_is_unset(const char *entry);

/* What GODEBUG settings (`gctrace=1,updatemaxprocs=0`) say of the switch `name`. The last
 * one that is a number counts, as for the runtime; SNUG_MAYBE if it is not mentioned. */
enum snug_answer snug_variables_godebug(struct snug_text settings, const char *name);
