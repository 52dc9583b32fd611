/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All families.
 */
#include "snug/cli/doctor/checks.h"

void snug_checks_each(void (*call)(const struct snug_check *check, void *context),
                      void *context)
{
    static const struct snug_family *const families[] = {
        &snug_object_checks,
        &snug_cpu_checks,
        &snug_memory_checks,
        &snug_makeup_checks,
        &snug_limits_checks,
        &snug_numa_checks,
        &snug_process_checks,
        &snug_network_checks,
        &snug_build_checks,
        &snug_library_checks,
        NULL,
    };
    for (const struct snug_family *const *family = families; *family; family++)
        for (size_t i = 0; i < (*family)->n; i++)
            call(&(*family)->check[i], context);
}
