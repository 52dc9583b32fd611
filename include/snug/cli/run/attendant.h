/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Follows the memory limit of a program into which nothing can be preloaded, from the
 * process that waits for it.
 */
#pragma once

#include "snug/apply/collector.h"
#include "snug/apply/reload.h"
#include "snug/base/log.h"
#include "snug/cli/run/deadline.h"
#include "snug/cli/subject/subject.h"
#include "snug/cli/trace/words.h"
#include "snug/plan/headroom.h"
#include "snug/plan/target.h"

struct snug_attendant {
    struct snug_subject *subject; /* With the plan that the program starts with. */
    struct snug_log log;
    pid_t program;
    struct snug_words words; /* Open while it follows. */
    struct snug_target target;
    struct snug_headroom headroom;
    struct snug_collector collector;
    bool is_measured;   /* The target is what others leave. */
    bool is_unmeasured; /* What others hold could not be read the last time. */
    struct snug_reload reload;
    bool is_new; /* The policy is no longer that of the start. */
    uint64_t interval_ms;
    struct snug_deadline next;
};

/* Nothing is followed yet. The subject must live as long, and is the attendant's. */
void snug_attendant_begin(struct snug_subject *subject, struct snug_attendant *ret);

/* Finds the program's words, at the moment that snug_words_find asks for. `go_minor` is its
 * release where its file does not tell, else 0. What is missing is logged. */
void snug_attendant_meet(struct snug_attendant *attendant, pid_t program,
                         unsigned go_minor);

/* Looks, and applies what has changed, if it is time. */
void snug_attendant_look(struct snug_attendant *attendant);

/* The program is over. */
void snug_attendant_end(struct snug_attendant *attendant);
