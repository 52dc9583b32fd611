/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Completion for fish.
 */
#pragma once

#include <stdio.h>

void snug_fish_write(FILE *out);
