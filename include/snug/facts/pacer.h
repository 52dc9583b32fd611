/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The words by which the Go runtime paces its collector, where it keeps them
 * (runtime.gcController, Go 1.19 to 1.27): its memory limit above all.
 */
#pragma once

#include <stdatomic.h>

#include "snug/facts/module.h"

/* How far it is looked for them, from the first of the variables on. */
enum { SNUG_PACER_BYTES = 1 << 20 };

struct snug_pacer {
    _Atomic uint64_t *limit;       /* What GOMEMLIMIT says. */
    const _Atomic uint64_t *gogc;  /* The lower half is GOGC; -1: off. */
    const _Atomic uint64_t *live;  /* The heap that the last collection found alive, and */
    const _Atomic uint64_t *ready; /* what is mapped ready, which the limit is compared
                                    * with; NULL for a release whose layout is not known. */
};

/* Whether it is known where that release counts its memory; 0: an unknown release. */
bool snug_pacer_knows(unsigned go_minor);

/* How many words are the runtime's memory limit, counted up to two; `ret` is right for one.
 * `limit_bytes` is what it must be now. Only between the runtime's own start and the first
 * code of the program: what is looked for is the state of that moment, and among the
 * variables of Go code alone, so that no variable of the program can be taken for it.
 * `go_minor` is 0 for an unknown release. Reads no page that cannot be read. The image may
 * be a copy that begins with these variables: then it is the copy's words that are found.
 */
unsigned snug_pacer_find(const struct snug_elf *elf, const struct snug_module *module,
                         unsigned go_minor, uint64_t limit_bytes, struct snug_pacer *ret);

/* What the log is to say where so many were found; NULL for one. */
const char *snug_pacer_words(unsigned n_found);
