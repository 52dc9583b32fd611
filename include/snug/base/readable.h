/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether memory can be read without a fault: a program may take all access from a page of
 * its own data, for a stack's guard, and to read it would kill.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SNUG_READABLE_PAGE_BYTES = 4096
}; /* The smallest page; where they are larger, a part. */

/* Pages in a row that were readable when they were asked for. Begins as {0}. */
struct snug_readable {
    uintptr_t from;
    uintptr_t to;
};

/* Whether all of the range can be read. Asks the kernel for each page that is not in the
 * run, which then holds it; if not, the run ends at the first page that cannot. It holds
 * until somebody changes the protection: for memory of one's own, or at a moment when no
 * code of the program runs. Under a filter that refuses the question nothing is readable.
 */
bool snug_readable_covers(struct snug_readable *run, uintptr_t at, size_t n_bytes);

/* The same for a range that is asked for once, by one call from Linux 5.14 on. What can be
 * read is mapped by that, as reading it would do. */
bool snug_readable_has(uintptr_t at, size_t n_bytes);
