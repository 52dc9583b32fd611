/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The words by which a Go runtime paces its collector, in the memory of another process.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct snug_words {
    int memory; /* A descriptor of at least 3, or -1. */
    /* Addresses there; 0: not known. */
    uint64_t limit;
    uint64_t live;
    uint64_t ready;
    uint64_t gogc;    /* The lower half is GOGC. */
    uint64_t cleared; /* See module.h. */
    uint64_t cleared_end;
};

/* At the moment when the runtime has started and is about to start its first thread, the
 * process being stopped: see snug_pacer_find, which says what the other arguments are.
 * Returns NULL, or a sentence for the log: then nothing is open. */
const char *snug_words_find(pid_t program, unsigned go_minor, uint64_t limit_bytes,
                            struct snug_words *ret);

/* False if that word is not known, or the program is over, or another one by now. */
bool snug_words_read(const struct snug_words *words, uint64_t address, uint64_t *ret);

/* Any part of its memory, likewise; `from` is a struct snug_words. */
bool snug_words_copy(void *from, uint64_t address, void *ret, size_t n_bytes);

/* The limit, likewise. */
bool snug_words_write(const struct snug_words *words, uint64_t limit_bytes);

/* They may be gone already. */
void snug_words_close(struct snug_words *words);
