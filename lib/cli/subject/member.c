/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers of several widths. An enum has that of an unsigned.
 */
#include "snug/cli/subject/member.h"

#include <string.h>

uint64_t snug_member_number(const struct snug_member *member, const void *at)
{
    uint64_t ret = 0;
    unsigned number;
    if (member->n_bytes == sizeof(bool))
        return *(const bool *)at;
    if (member->n_bytes == sizeof ret) {
        memcpy(&ret, at, sizeof ret);
        return ret;
    }
    memcpy(&number, at, sizeof number);
    return number;
}

static void write_number(const struct snug_member *member, uint64_t number, void *at)
{
    const unsigned value = (unsigned)number;
    if (member->n_bytes == sizeof(bool))
        *(bool *)at = number;
    else if (member->n_bytes == sizeof number)
        memcpy(at, &number, sizeof number);
    else
        memcpy(at, &value, sizeof value);
}

void snug_member_take(const struct snug_member *member, struct snug_text value, void *at)
{
    uint64_t number;
    if (member->is_text)
        (void)snug_text_copy(value, member->n_bytes, at); /* Or it is left empty. */
    else if (snug_text_u64(value, &number) == 0 &&
             (number <= INT32_MAX || member->n_bytes == sizeof number))
        write_number(member, number, at);
}
