/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Remainders, and JSON. The files are read one after the other while memory moves, so that
 * a remainder is never below 0.
 */
#include "snug/cli/doctor/memory_account.h"

enum { N_PARTS = 3 }; /* Of anonymous memory that are told. */

static struct snug_figure less(struct snug_figure all, struct snug_figure part)
{
    if (!all.is_known || !part.is_known)
        return (struct snug_figure){0};
    return (struct snug_figure){true,
                                all.number > part.number ? all.number - part.number : 0};
}

struct snug_figure snug_memory_account_other(const struct snug_patient *patient)
{
    const struct snug_makeup *makeup = &patient->makeup;
    const struct snug_figure *const part[N_PARTS] = {&makeup->go_heap, &makeup->c_heap,
                                                     &makeup->stacks};
    return less(patient->condition.anonymous_bytes, snug_evidence_sum(part, N_PARTS));
}

struct snug_figure snug_memory_account_others(const struct snug_patient *patient)
{
    return less(patient->memory.anonymous, patient->condition.anonymous_bytes);
}

static void put(struct snug_json *json, const char *name, struct snug_figure figure)
{
    if (figure.is_known)
        snug_json_number(json, name, figure.number);
    else
        snug_json_null(json, name);
}

void snug_memory_account_put_json(const struct snug_patient *patient,
                                  struct snug_json *json)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    snug_json_object(json, "memory");
    put(json, "used_bytes", memory->current);
    put(json, "working_set_bytes", snug_evidence_working_set(memory));
    put(json, "anonymous_bytes", memory->anonymous);
    put(json, "page_cache_bytes", memory->page_cache);
    put(json, "active_file_bytes", memory->active_file);
    put(json, "inactive_file_bytes", memory->inactive_file);
    put(json, "shared_bytes", memory->shared);
    put(json, "kernel_bytes", memory->kernel);
    put(json, "socket_bytes", memory->sockets);
    put(json, "swap_bytes", memory->swap);
    if (patient->has_process) {
        snug_json_object(json, "process");
        put(json, "rss_bytes", patient->condition.rss_bytes);
        put(json, "anonymous_bytes", patient->condition.anonymous_bytes);
        snug_makeup_put_json(json, &patient->makeup);
        put(json, "other_bytes", snug_memory_account_other(patient));
        snug_json_end(json);
        put(json, "other_processes_bytes", snug_memory_account_others(patient));
    } else {
        snug_json_null(json, "process");
    }
    snug_json_end(json);
}
