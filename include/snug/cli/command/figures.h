/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Measured figures as people and programs read them. No floating point: what is shown is
 * what was measured.
 */
#pragma once

#include "snug/facts/facts.h"

/* Thousandths of a CPU, rounded up; UINT64_MAX for more than that can say. Only for a quota
 * that is set. */
uint64_t snug_figures_milli(const struct snug_quota *quota);

/* Appends `1.5`, `2`, `0.25` for 1500, 2000, 250. */
void snug_figures_put_milli(struct snug_builder *out, uint64_t milli);

/* Appends `268435456 bytes (256 MiB)`; the part in brackets is cut to one decimal. */
void snug_figures_put_bytes(struct snug_builder *out, uint64_t bytes);

/* One word each, for facts that are not numbers. */
const char *snug_figures_libc(enum snug_libc libc);
const char *snug_figures_seccomp(enum snug_seccomp seccomp);
const char *snug_figures_owner(enum snug_owner owner);

/* The name of a bit of enum snug_library, by its number; NULL behind the last. */
const char *snug_figures_library(unsigned bit);
