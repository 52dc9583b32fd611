/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What kind of program an image is: Go or not, which release, linked how, with which libc.
 */
#pragma once

#include "snug/base/elf.h"
#include "snug/facts/facts.h"

/* The address in the image of a Go program's build information (`\xff Go buildinf:`,
 * 16-byte aligned, in a writable segment; survives stripping), 0 if the program is not Go.
 * Cheap: this is asked of every process that snug is loaded into. Of a loaded image 4 MiB
 * are searched at most, and all of a segment that is larger if there is another sign of Go;
 * of a file 64 MiB. Never reads outside the image. An image that is not a file must be this
 * process's own. */
uint64_t snug_program_find_go(const struct snug_elf *elf);

/* The text of its module information, within the image: what `go version -m` prints. Absent
 * if there is none. */
struct snug_text snug_program_module(const struct snug_elf *elf, uint64_t info);

/* Everything about the program, by what snug_program_find_go has found. Cannot fail. */
void snug_program_read(const struct snug_elf *elf, uint64_t info, struct snug_program *ret);

/* The same but for the loader and the C library: for the process itself, into which a
 * loader has brought snug. */
void snug_program_read_loaded(const struct snug_elf *elf, uint64_t info,
                              struct snug_program *ret);

/* The program that a plan is made for when none is given: dynamic, cgo, newest release. */
void snug_program_assume(struct snug_program *ret);
