/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Completion for zsh.
 */
#pragma once

#include <stdio.h>

void snug_zsh_write(FILE *out);
