/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The build information by which a Go program is known, so that no Go is needed for one;
 * with room for another one, see built.py.
 */
#pragma once

/* The header: magic, size of a pointer, flags (2: the strings follow in line), padding to
 * 32 bytes; then version and module information, each behind its length. */
__attribute__((used, aligned(16),
               section(".go.buildinfo"))) static char build_information[4096] =
    "\xff Go buildinf:\x08\x02"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x09go1.22.12"
    "\0";
