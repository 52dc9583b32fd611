/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `heap.is_known 1`: a line a number. Those of a list have their place in it in front:
 * `0 containers.name pause`. What no line names stays 0.
 */
#include "snug/cli/doctor/live.h"

#include <stddef.h>
#include <string.h>

#include "snug/cli/subject/member.h"

enum { FILE_BYTES = 64 * 1024 };

#define SIZE_OF(member) sizeof((struct snug_live *)0)->member
#define NUMBER(member)                                                            \
    {                                                                             \
#member, offsetof(struct snug_live, member), SIZE_OF(member), false, 1, 0 \
    }
#define TEXT(member)                                                             \
    {                                                                            \
#member, offsetof(struct snug_live, member), SIZE_OF(member), true, 1, 0 \
    }
/* Of the elements of a list; `member` is that of the first. */
#define EACH(text, member, is_text, n, element)                                \
    {                                                                          \
        text, offsetof(struct snug_live, member), SIZE_OF(member), is_text, n, \
            sizeof(element)                                                    \
    }

static const struct snug_member members[] = {
    NUMBER(heap.is_known),
    NUMBER(heap.error),
    NUMBER(heap.heap_bytes),
    NUMBER(heap.n_asked),
    NUMBER(heap.n_pages),
    EACH("heap.on_node", heap.on_node[0], false, SNUG_NODES_MAX, unsigned),
    NUMBER(containers.n),
    EACH("containers.name", containers.member[0].name, true, SNUG_CONTAINERS_MAX,
         struct snug_container),
    EACH("containers.is_own", containers.member[0].is_own, false, SNUG_CONTAINERS_MAX,
         struct snug_container),
    EACH("containers.n_processes", containers.member[0].n_processes, false,
         SNUG_CONTAINERS_MAX, struct snug_container),
    EACH("containers.n_threads", containers.member[0].n_threads, false, SNUG_CONTAINERS_MAX,
         struct snug_container),
    NUMBER(containers.n_ids.is_known),
    NUMBER(containers.n_ids.number),
    NUMBER(containers.max_ids.is_known),
    NUMBER(containers.max_ids.number),
    TEXT(containers.from),
    NUMBER(pod.is_seen),
    NUMBER(pod.n_others),
    NUMBER(pod.own_bytes.kind),
    NUMBER(pod.own_bytes.number),
    NUMBER(pod.pod_bytes.kind),
    NUMBER(pod.pod_bytes.number),
    NUMBER(pod.own_milli.kind),
    NUMBER(pod.own_milli.number),
    NUMBER(pod.pod_milli.kind),
    NUMBER(pod.pod_milli.number),
    NUMBER(trials.state),
    NUMBER(trials.n_tried),
    NUMBER(trials.is_cut),
    NUMBER(trials.n),
    EACH("trials.number", trials.refused[0].number, false, SNUG_TRIALS_REFUSED_MAX,
         struct snug_refused),
    EACH("trials.error", trials.refused[0].error, false, SNUG_TRIALS_REFUSED_MAX,
         struct snug_refused),
    EACH("trials.is_harmless", trials.refused[0].is_harmless, false,
         SNUG_TRIALS_REFUSED_MAX, struct snug_refused),
    NUMBER(trials.has_place),
    NUMBER(trials.place_error),
    NUMBER(trials.n_not_placed),
};

void snug_live_put(const struct snug_live *live, struct snug_builder *out)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct snug_member *member = &members[i];
        for (size_t j = 0; j < member->n; j++) {
            const char *at = (const char *)live + member->offset + j * member->stride;
            const uint64_t number =
                member->is_text ? *at != 0 : snug_member_number(member, at);
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
    if (!snug_text_cut(&line, ' ', &key) || !line.at)
        return;
    const bool has_place = snug_text_u64(key, &place) == 0;
    if (has_place && (!snug_text_cut(&line, ' ', &key) || !line.at))
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct snug_member *member = &members[i];
        if (!snug_text_equals(key, member->name) || place >= member->n)
            continue;
        char *const at = (char *)ret + member->offset + place * member->stride;
        snug_member_take(member, line, at);
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
