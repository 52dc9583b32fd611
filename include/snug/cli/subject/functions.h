/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Functions of libraries that a Go program was linked with. The linker leaves out what
 * nothing refers to, so one that is there is used, or kept for reflection.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SNUG_FUNCTION_REAL_IP = 1 << 0,     /* chi: middleware.RealIP */
    SNUG_FUNCTION_CSR_BETA = 1 << 1,    /* client-go has certificates as v1beta1, */
    SNUG_FUNCTION_CSR_STABLE = 1 << 2,  /* and as v1. */
    SNUG_FUNCTION_GETS_BETA = 1 << 3,   /* Its Clientset hands out the one, */
    SNUG_FUNCTION_GETS_STABLE = 1 << 4, /* and the other. */
};

struct snug_functions {
    bool is_known; /* Their names were found. */
    unsigned found;
};

/* Reads the table of names in a file that snug_elf_from_file took; it may have megabytes,
 * which do not stay in memory. Cannot fail. */
void snug_functions_read(const uint8_t *file, size_t n_bytes, struct snug_functions *ret);
