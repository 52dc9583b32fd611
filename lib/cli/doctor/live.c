/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `heap.is_known 1`: a line a number. Those of a list have their place in it in front:
 * `0 containers.name pause`. What no line names stays 0.
 */
#include "snug/cli/doctor/live.h"

#include <stddef.h>
#include <string.h>

enum { FILE_BYTES = 64 * 1024 };

struct member {
    const char *name;
    size_t offset;
    size_t n_bytes; /* Of a number: a bool, an enum, an unsigned or a uint64_t. */
    bool is_text;
    size_t n; /* Of a list; 1: it is none. */
    size_t stride;
};

#define SIZE_OF(what) sizeof(((struct snug_live *)0)->what)
#define AT(what)      offsetof(struct snug_live, what)
#define NUMBER(what)                                \
    {                                               \
#what, AT(what), SIZE_OF(what), false, 1, 0 \
    }
#define TEXT(what)                                 \
    {                                              \
#what, AT(what), SIZE_OF(what), true, 1, 0 \
    }
#define EACH(list, what, is_text)                                          \
    {                                                                      \
#list "." #what, AT(list[0].what), SIZE_OF(list[0].what), is_text, \
            SIZE_OF(list) / SIZE_OF(list[0]), SIZE_OF(list[0])             \
    }
#define BOUND(what)  NUMBER(what.kind), NUMBER(what.number)
#define FIGURE(what) NUMBER(what.is_known), NUMBER(what.number)

static const struct member members[] = {
    NUMBER(heap.is_known),
    NUMBER(heap.error),
    NUMBER(heap.heap_bytes),
    NUMBER(heap.n_asked),
    NUMBER(heap.n_pages),
    {"heap.on_node", AT(heap.on_node), sizeof(unsigned), false, SNUG_NODES_MAX,
     sizeof(unsigned)},
    NUMBER(containers.n),
    EACH(containers.member, name, true),
    EACH(containers.member, is_own, false),
    EACH(containers.member, n_processes, false),
    EACH(containers.member, n_threads, false),
    FIGURE(containers.n_ids),
    FIGURE(containers.max_ids),
    TEXT(containers.from),
    NUMBER(pod.is_seen),
    NUMBER(pod.n_others),
    BOUND(pod.own_bytes),
    BOUND(pod.pod_bytes),
    BOUND(pod.own_milli),
    BOUND(pod.pod_milli),
    NUMBER(trials.state),
    NUMBER(trials.n_tried),
    NUMBER(trials.is_cut),
    NUMBER(trials.n),
    EACH(trials.refused, number, false),
    EACH(trials.refused, error, false),
    EACH(trials.refused, is_harmless, false),
    NUMBER(trials.has_place),
    NUMBER(trials.place_error),
    NUMBER(trials.n_not_placed),
};

static uint64_t read_number(const struct member *member, const char *at)
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

static void write_number(const struct member *member, char *at, uint64_t number)
{
    const unsigned value = (unsigned)number;
    if (member->n_bytes == sizeof(bool))
        *(bool *)at = number;
    else if (member->n_bytes == sizeof number)
        memcpy(at, &number, sizeof number);
    else
        memcpy(at, &value, sizeof value);
}

void snug_live_put(const struct snug_live *live, struct snug_builder *out)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct member *member = &members[i];
        for (size_t j = 0; j < member->n; j++) {
            const char *at = (const char *)live + member->offset + j * member->stride;
            const uint64_t number = member->is_text ? *at != 0 : read_number(member, at);
            if (!number)
                continue;
            if (member->n > 1) {
                snug_text_put_u64(out, j);
                snug_text_put(out, " ");
            }
            snug_text_put(out, member->name);
            snug_text_put(out, " ");
            if (member->is_text)
                snug_text_put(out, at);
            else
                snug_text_put_u64(out, number);
            snug_text_put(out, "\n");
        }
    }
}

static void take_line(struct snug_text line, struct snug_live *ret)
{
    struct snug_text key;
    uint64_t place = 0;
    uint64_t number;
    if (!snug_text_cut(&line, ' ', &key) || !line.at)
        return;
    const bool has_place = snug_text_u64(key, &place) == 0;
    if (has_place && (!snug_text_cut(&line, ' ', &key) || !line.at))
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct member *member = &members[i];
        if (!snug_text_equals(key, member->name) || place >= member->n)
            continue;
        char *const at = (char *)ret + member->offset + place * member->stride;
        if (member->is_text)
            (void)snug_text_copy(line, member->n_bytes, at); /* Or it is left empty. */
        else if (snug_text_u64(line, &number) == 0 &&
                 (number <= INT32_MAX || member->n_bytes == sizeof number))
            write_number(member, at, number);
    }
}

/* Somebody else has written it. */
static bool is_possible(const struct snug_live *live)
{
    return live->containers.n <= SNUG_CONTAINERS_MAX &&
           live->trials.state < SNUG_TRIALS_N_STATES &&
           live->trials.n <= SNUG_TRIALS_REFUSED_MAX &&
           live->pod.own_bytes.kind <= SNUG_SET && live->pod.pod_bytes.kind <= SNUG_SET &&
           live->pod.own_milli.kind <= SNUG_SET && live->pod.pod_milli.kind <= SNUG_SET;
}

static void read_answers(const struct snug_root *root, struct snug_live *ret)
{
    static char text[FILE_BYTES];
    size_t n;
    if (snug_file_read(root, SNUG_LIVE_PATH, sizeof text, text, &n) < 0)
        return;
    struct snug_text rest = {text, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line))
        take_line(line, ret);
    if (!is_possible(ret))
        *ret = (struct snug_live){0};
}

void snug_live_read(const struct snug_subject *subject, bool is_alone,
                    struct snug_live *ret)
{
    const int pid = subject->root.pid;
    *ret = (struct snug_live){0};
    if (subject->root.fd >= 0) {
        read_answers(&subject->root, ret);
        return;
    }
    snug_trials_make(subject, &ret->trials);
    if (!pid)
        return;
    if (subject->facts.nodes.n_online > 1 && subject->facts.program.is_go)
        snug_heap_nodes_read(pid, &ret->heap);
    snug_containers_read(pid, is_alone, &ret->containers);
    snug_pod_read(pid, &ret->pod);
}
