/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a file goes into a capture: all that a check or a fact is made of, and nothing
 * that is nobody's business.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Shortens the `n` bytes of the file of that name, in place, and returns how many are left.
 */
size_t snug_censor_file(const char *path, char *bytes, size_t n);

/* Of a file that may be long and of which little is left: how many of its first `n` bytes
 * can be shortened before the rest is read. 0: none, or it is shortened as a whole. */
size_t snug_censor_whole(const char *path, const char *bytes, size_t n);

/* Whether the first bytes of a file are all that is kept of it: it is a program or an
 * object. */
bool snug_censor_has_enough(const char *bytes, size_t n);

/* Whether a file is looked at and is not to be kept at all: memory, command lines,
 * programs. */
bool snug_censor_is_private(const char *path);
