/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What kind of program an image is: Go or not, which release, linked how, with which libc.
 */
#pragma once

#include "snug/base/elf.h"
#include "snug/facts/facts.h"

/* Whether the image is a Go program, by the build information in its writable segment
 * (`\xff Go buildinf:`, 16-byte aligned, within the first 64 KiB; survives stripping).
 * Cheap: this is asked of every process that snug is loaded into. Never reads outside the
 * image. */
bool snug_program_is_go(const struct snug_elf *elf);

/* Everything about the program. Cannot fail. */
void snug_program_read(const struct snug_elf *elf, struct snug_program *ret);

/* The program that a plan is made for when none is given: dynamic, cgo, newest release. */
void snug_program_assume(struct snug_program *ret);
