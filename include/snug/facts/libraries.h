/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which of the modules that size a program are built into it.
 */
#pragma once

#include "snug/facts/facts.h"

/* Bits of enum snug_library, by the text of the build information; and whether libcap's psx
 * is among them, by which a program changes the rights of all its threads. */
unsigned snug_libraries_find(struct snug_text module, bool *ret_has_psx);
