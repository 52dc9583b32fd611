/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the fuzz targets share: a claim that must hold for every input, and an input taken
 * apart from its front.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/base/text.h"

/* libFuzzer keeps the input for which it does not hold. */
#define MUST(claim)                                                             \
    do {                                                                        \
        if (!(claim)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim); \
            abort();                                                            \
        }                                                                       \
    } while (0)

struct fuzz_input {
    const uint8_t *at;
    size_t n;
};

/* 0 once nothing is left. */
static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (!input->n)
        return 0;
    input->n--;
    return *input->at++;
}

/* The part before the next 0, or all that is left. */
static inline struct snug_text fuzz_part(struct fuzz_input *input)
{
    const size_t n = strnlen((const char *)input->at, input->n);
    const struct snug_text ret = {(const char *)input->at, n};
    const size_t n_taken = n < input->n ? n + 1 : n;
    *input = (struct fuzz_input){input->at + n_taken, input->n - n_taken};
    return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);
