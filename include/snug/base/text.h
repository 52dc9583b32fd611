/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text as snug reads and writes it: slices of somebody else's bytes, numbers with units,
 * and a builder that stops at the end of its buffer. Pure; usable at any time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slice: `n` bytes at `at`, not terminated. An absent text is {NULL, 0}. */
struct snug_text {
    const char *at;
    size_t n;
};

struct snug_text snug_text_of(const char *string);
bool snug_text_equals(struct snug_text text, const char *string);
bool snug_text_starts(struct snug_text text, const char *prefix);

/* How many bytes stand before the first `byte`; all of them if there is none. */
size_t snug_text_find(struct snug_text text, char byte);

/* Without spaces, tabs, carriage returns and newlines at both ends. */
struct snug_text snug_text_trim(struct snug_text text);

/* Cuts the part before the next `separator` (or all that is left) off the front of `rest`.
 * False once nothing is left; an empty field between two separators is a field. After the
 * last field `rest->at` is NULL. */
bool snug_text_cut(struct snug_text *rest, char separator, struct snug_text *ret_field);

/* The same for fields parted by runs of what snug_text_trim removes; no empty fields. */
bool snug_text_cut_word(struct snug_text *rest, struct snug_text *ret_word);

/* Decimal digits and nothing else. -EINVAL if it is anything else, -ERANGE past 2^64-1. */
int snug_text_u64(struct snug_text text, uint64_t *ret_number);

/* The same for one to 16 hexadecimal digits in lower case, as /proc has them. -EINVAL. */
int snug_text_hex(struct snug_text text, uint64_t *ret_number);

/* A size in bytes: digits with an optional K, M, G, T and, after it, an optional `i`, `B`
 * or `iB`; always powers of 1024, as the kernel reads memory.max. -EINVAL, -ERANGE. */
int snug_text_size(struct snug_text text, uint64_t *ret_bytes);

/* `15%`: the number before the sign. -EINVAL without the sign, -ERANGE. */
int snug_text_percent(struct snug_text text, uint64_t *ret_percent);

/* Shell patterns: `*` (slashes too), `?`, `[a-z]`, `[!a]`, `\` before a literal. */
bool snug_text_matches(struct snug_text text, struct snug_text pattern);

/* Writes into a fixed buffer of `size` bytes. The buffer always ends in 0. Once something
 * did not fit, `is_full` stays set, and nothing more is written. */
struct snug_builder {
    char *at;
    size_t size;
    size_t n;
    bool is_full;
};

struct snug_builder snug_text_build(char *buffer, size_t size);
void snug_text_put(struct snug_builder *out, const char *string);
void snug_text_put_slice(struct snug_builder *out, struct snug_text text);
void snug_text_put_u64(struct snug_builder *out, uint64_t number);

/* Copies into `ret`, with a 0 at the end. -ENAMETOOLONG if it does not fit; `ret` is then
 * "". */
int snug_text_copy(struct snug_text text, size_t size, char *ret);
