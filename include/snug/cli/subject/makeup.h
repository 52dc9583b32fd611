/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the anonymous memory of a process is made of, and what its Go runtime counts of it.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/cli/subject/evidence.h"
#include "snug/cli/subject/memstats.h"
#include "snug/cli/subject/subject.h"

/* Where a captured machine has it. */
#define SNUG_MAKEUP_PATH "/snug/memory"

enum { SNUG_MAKEUP_WHY_BYTES = 128 };

/* Resident, in bytes; what is in neither is other memory: mappings of C code, variables,
 * what the Go runtime needs besides its heap. */
struct snug_makeup {
    struct snug_figure
        go_heap; /* In the arenas of Go's heap, goroutines' stacks included. */
    struct snug_figure c_heap;    /* malloc's, but for what it maps by itself. */
    struct snug_figure scattered; /* Of it outside its largest mapping. */
    struct snug_figure stacks;    /* Of threads. */
    struct snug_figure stride; /* Above 1: estimates, as one piece in so many was seen. */
    struct snug_figure arenas; /* Of glibc's malloc, that of brk included. */
    bool has_go;               /* Go's runtime told all of `go`. */
    struct snug_memstats go;
    char why[SNUG_MAKEUP_WHY_BYTES];    /* What of the above is not known; "" if all is. */
    char why_go[SNUG_MAKEUP_WHY_BYTES]; /* Why Go's runtime told nothing. */
};

/* Of the subject's process. Cannot fail. Reads nothing that keeps the process waiting. */
void snug_makeup_read(const struct snug_subject *subject, struct snug_makeup *ret);

/* As lines, for a captured machine. */
void snug_makeup_put(struct snug_builder *out, const struct snug_makeup *makeup);

/* Its members, into an object that is open. */
void snug_makeup_put_json(struct snug_json *json, const struct snug_makeup *makeup);
