/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What surprises: glibc takes a thread's thread-local data, the program's and all its
 * libraries', out of the stack that was asked for, and only refuses if nothing at all is
 * left. musl adds them.
 */
#include "snug/apply/crew.h"

enum {
    STACK_BYTES = 256 << 10, /* Go takes it for granted that a C thread has 32 KiB. */
    ATTR_WORDS = 16,         /* A pthread_attr_t has 7 words in glibc and musl. */
};

static struct snug_crew_calls calls;
static bool adds_data; /* To the size that is asked for. */

bool snug_crew_arm(const struct snug_crew_calls *libc, bool is_musl)
{
    calls = *libc;
    adds_data = is_musl;
    return calls.attr_init && calls.attr_setstacksize && calls.create && calls.join;
}

/* Without a size of ours it is the one that the program's own threads have: dearer in
 * address space, and with huge pages in memory. */
static void choose_size(void *attr)
{
    if (adds_data)
        (void)calls.attr_setstacksize(attr, STACK_BYTES);
    else if (calls.min_stack)
        (void)calls.attr_setstacksize(attr, STACK_BYTES + calls.min_stack(attr));
}

bool snug_crew_create(void *(*run)(void *), void *argument, unsigned long *ret_thread)
{
    unsigned long attr[ATTR_WORDS];
    if (calls.attr_init(attr) != 0)
        return false;
    choose_size(attr);
    return calls.create(ret_thread, attr, run, argument) == 0;
}

void snug_crew_join(unsigned long thread)
{
    (void)calls.join(thread, NULL); /* It can only fail for no such thread. */
}
