/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Giving up capabilities. The program may have become another user, so CAP_KILL stays where
 * it was there.
 */
#include "snug/cli/run/capabilities.h"

#include <errno.h>
#include <sys/capability.h>

static const cap_value_t kept[] = {CAP_KILL};

/* What an exec could give back. It takes CAP_SETPCAP; without that, nothing is lost: this
 * process calls no exec. */
static void drop_bounding(void)
{
    for (cap_value_t i = 0; cap_get_bound(i) >= 0; i++)
        (void)cap_drop_bound(i);
}

int snug_capabilities_drop(void)
{
    drop_bounding();
    const cap_t before = cap_get_proc();
    const cap_t after = cap_init();
    cap_flag_value_t may_kill = CAP_CLEAR;
    int r = before && after ? 0 : -ENOMEM;
    if (r == 0 && cap_get_flag(before, CAP_KILL, CAP_PERMITTED, &may_kill) < 0)
        r = -errno;
    if (r == 0 && may_kill == CAP_SET &&
        (cap_set_flag(after, CAP_PERMITTED, 1, kept, CAP_SET) < 0 ||
         cap_set_flag(after, CAP_EFFECTIVE, 1, kept, CAP_SET) < 0))
        r = -errno;
    /* The ambient set goes with the inheritable one. */
    if (r == 0 && cap_set_proc(after) < 0)
        r = -errno;
    (void)cap_free(before); /* It was made by libcap, or is NULL. */
    (void)cap_free(after);
    return r;
}
