/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What main.go asks of C.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* main of preload/crowd.c: so many threads map, change, unmap and fork for so many seconds.
 */
int throng_run(int argc, char **argv);

/* Whether a forked copy finds the mark in each page of the words that begin there. */
int throng_copy(const uint64_t *at, size_t n_pages, uint64_t mark);
