/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Completion for bash.
 */
#pragma once

#include <stdio.h>

void snug_bash_write(FILE *out);
