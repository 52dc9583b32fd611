/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the code under test is told, the same in every order.
 */
#include <errno.h>
#include <stdint.h>

#include "schedule.h"
#include "snug/facts/facts.h"
#include "snug/hook/next.h"

void snug_next_set_errno(int error)
{
    errno = error;
}

int snug_next_errno(void)
{
    return errno;
}

/* The machine has no files. */
long __wrap_snug_sys_openat(void)
{
    return -ENOENT;
}

/* Four CPUs, and nothing that forbids anything. */
void __wrap_snug_facts_gather_limits(const struct snug_root *root, bool is_named,
                                     struct snug_facts *ret)
{
    (void)root;
    (void)is_named;
    schedule_start();
    ret->cpu.allowed.word[0] = SCHEDULE_ALL_CPUS;
    ret->cpu.n_allowed = 4;
    ret->nodes.n_online = 1;
    ret->privileges.may_set_affinity = SNUG_YES;
    ret->privileges.has_all_cpus = schedule_has_all_cpus();
}

void __wrap_snug_facts_gather_rest(void)
{
}

/* How the runtime is known has tests of its own; here it is enough that it is. */
bool __wrap_snug_caller_see_mapping(const void *caller, const void *at, size_t n_bytes);
bool __wrap_snug_caller_see_mapping(const void *caller, const void *at, size_t n_bytes)
{
    (void)caller;
    return !at && n_bytes == SCHEDULE_START_BYTES;
}

/* Then the hooks of mappings are jumps, and there is nothing left to try. */
bool __wrap_snug_start_is_settled(void);
bool __wrap_snug_start_is_settled(void)
{
    return false;
}

/* The vector is the explorer's own: it stays as it is. */
long __wrap_snug_vector_set(void)
{
    return 0;
}
