/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses of Go functions, in stripped programs too: the table of functions that every
 * Go program carries for its own stack traces.
 */
#pragma once

#include "snug/facts/module.h"

/* The address of the function of that name, `runtime.GOMAXPROCS`, in a loaded image. The
 * first that bears it: nothing but a wrapper that follows it could bear it too. -ENOTSUP if
 * the table is not laid out as by Go 1.17 to 1.27; -ENOENT if it has no such function.
 * Reads the table up to there. */
int snug_pclntab_find(const struct snug_elf *elf, const struct snug_module *module,
                      const char *name, uintptr_t *ret_address);
