/* SPDX-License-Identifier: LGPL-2.1-or-later
 * child.pdeathsig: the children of a process get a signal when it dies. The kernel only
 * lets a process ask for itself, so the parent hands its wish down in the record SNUG_SET,
 * and the child asks at its own start.
 */
#pragma once

#include "snug/apply/vector.h"
#include "snug/facts/tie.h"
#include "snug/plan/plan.h"

enum { SNUG_CHILDREN_WORD_BYTES = 80 }; /* Five numbers, and another short word. */

/* In every process that loads snug, at its start: asks for the signal if the parent handed
 * one down, and writes this process in the parent's place into the record, which goes to
 * `record`, SNUG_RECORD_BYTES long. If the parent is gone by then, and that can be proved,
 * the signal comes at once. A signal that somebody else has asked for stays. */
void snug_children_join(struct snug_vector *vector, char *record);

/* Appends what is to be handed down as a word of the record; nothing if there is nothing.
 */
void snug_children_hand_down(const struct snug_child_plan *plan, struct snug_builder *out);
