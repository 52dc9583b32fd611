/* SPDX-License-Identifier: LGPL-2.1-or-later
 * maps, pagemap and mem of a process that runs; a captured machine has the figures.
 */
#include "snug/cli/subject/makeup.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snug/cli/subject/account.h"
#include "snug/cli/subject/pagemap.h"
#include "snug/cli/subject/regions.h"
#include "snug/cli/subject/rights.h"

enum {
    PIECES_MAX = 512, /* Of pagemap: some ten milliseconds. */
    GROWTH_PART = 8,  /* What a heap may have grown while it is looked at. */
    LINE_BYTES = 256,
};

static const uint64_t growth_bytes = 8 << 20;

/* A line `NAME NUMBER` or `NAME TEXT`. */
static const struct member {
    const char *name;
    size_t offset;
    enum { FIGURE, NUMBER, FLAG, TEXT } kind;
} members[] = {
#define MEMBER(kind, name, member)                       \
    {                                                    \
        name, offsetof(struct snug_makeup, member), kind \
    }
    MEMBER(FIGURE, "go_heap_bytes", go_heap),
    MEMBER(FIGURE, "c_heap_bytes", c_heap),
    MEMBER(FIGURE, "c_heap_scattered_bytes", scattered),
    MEMBER(FIGURE, "stack_bytes", stacks),
    MEMBER(FIGURE, "stride", stride),
    MEMBER(FIGURE, "malloc_arenas", arenas),
    MEMBER(TEXT, "why", why),
    MEMBER(FLAG, "go", has_go),
    MEMBER(NUMBER, "go_limit_bytes", go.limit),
    MEMBER(NUMBER, "go_live_bytes", go.live),
    MEMBER(NUMBER, "go_alloc_bytes", go.alloc),
    MEMBER(NUMBER, "go_in_use_bytes", go.in_use),
    MEMBER(NUMBER, "go_idle_bytes", go.idle),
    MEMBER(NUMBER, "go_released_bytes", go.released),
    MEMBER(NUMBER, "go_stack_bytes", go.stacks),
    MEMBER(NUMBER, "go_ready_bytes", go.ready),
    MEMBER(NUMBER, "go_mapped_bytes", go.mapped),
    MEMBER(TEXT, "go_why", why_go),
#undef MEMBER
};

enum { N_MEMBERS = sizeof members / sizeof *members };

static void say(char ret[SNUG_MAKEUP_WHY_BYTES], const char *what, int error)
{
    (void)snprintf(ret, SNUG_MAKEUP_WHY_BYTES, "%s%s%s", what, error ? ": " : "",
                   error ? strerror(error) : "");
}

/* Whether what was taken for Go's arenas is what the runtime says that it has. */
static bool is_right(uint64_t seen, uint64_t told)
{
    const uint64_t gap = seen > told ? seen - told : told - seen;
    return gap <= told / GROWTH_PART + growth_bytes;
}

/* Takes those for Go's arenas that it has; what a sanitizer of C code has reserved, say,
 * looks the same. One run of mappings is mostly all. False if none of that fits. */
static bool keep_go(struct snug_regions *regions, uint64_t told)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < regions->n; i++)
        if (regions->region[i].kind == SNUG_REGION_GO)
            seen += regions->region[i].end - regions->region[i].start;
    if (is_right(seen, told))
        return true;
    bool is_found = false;
    size_t next;
    for (size_t i = 0; i < regions->n; i = next) {
        struct snug_region *const region = regions->region;
        seen = 0;
        for (next = i;
             next < regions->n && (next == i || region[next].start == region[next - 1].end);
             next++)
            if (region[next].kind == SNUG_REGION_GO)
                seen += region[next].end - region[next].start;
        const bool is_it = seen && !is_found && is_right(seen, told);
        is_found |= is_it;
        for (size_t k = i; k < next && !is_it; k++)
            if (region[k].kind == SNUG_REGION_GO)
                region[k].kind = SNUG_REGION_OTHER;
    }
    return is_found;
}

struct counter {
    int pagemap;
    const struct snug_regions *regions;
    uint64_t stride;  /* The largest so far. */
    uint64_t largest; /* Region, since this was cleared. */
};

/* What is of one kind. A stack is one piece, mostly. */
static int count(struct counter *counter, enum snug_region_kind kind,
                 struct snug_figure *ret)
{
    const struct snug_region *const first = counter->regions->region;
    const struct snug_region *const end = first + counter->regions->n;
    const bool is_stack = kind == SNUG_REGION_STACK;
    struct snug_pagemap map = {.fd = counter->pagemap};
    uint64_t n_pieces = 0;
    ret->is_known = true;
    for (const struct snug_region *region = first; region < end; region++)
        if (region->kind == kind)
            n_pieces +=
                is_stack ? 1
                         : (region->end - region->start) / snug_pagemap_piece_bytes() + 1;
    map.stride = n_pieces / PIECES_MAX + 1;
    if (map.stride > counter->stride)
        counter->stride = map.stride;
    for (const struct snug_region *region = first; region < end; region++) {
        uint64_t n_bytes;
        if (region->kind != kind)
            continue;
        const int r = (is_stack ? snug_pagemap_count_stack : snug_pagemap_count)(
            &map, region->start, region->end, &n_bytes);
        if (r < 0)
            return r;
        ret->number += n_bytes;
        if (n_bytes > counter->largest)
            counter->largest = n_bytes;
    }
    return 0;
}

static int count_all(int pagemap, const struct snug_regions *regions,
                     struct snug_makeup *ret)
{
    struct counter counter = {.pagemap = pagemap, .regions = regions, .stride = 1};
    struct snug_makeup found = *ret;
    int r = pagemap < 0 ? pagemap : count(&counter, SNUG_REGION_GO, &found.go_heap);
    counter.largest = 0;
    if (r == 0)
        r = count(&counter, SNUG_REGION_BRK, &found.c_heap);
    if (r == 0)
        r = count(&counter, SNUG_REGION_ARENA, &found.c_heap);
    found.scattered = (struct snug_figure){true, found.c_heap.number - counter.largest};
    if (r == 0)
        r = count(&counter, SNUG_REGION_STACK, &found.stacks);
    found.stride = (struct snug_figure){true, counter.stride};
    if (r == 0)
        *ret = found;
    return r;
}

static void read_live(const struct snug_subject *subject, struct snug_makeup *ret)
{
    const struct snug_root process = snug_rights_root(subject->root.pid);
    const bool is_go = subject->facts.program.is_go;
    __attribute__((cleanup(snug_file_close))) int memory =
        snug_file_open(&process, "/proc/self/mem");
    __attribute__((cleanup(snug_file_close))) const int maps =
        snug_file_open(&process, "/proc/self/maps");
    __attribute__((cleanup(snug_file_close))) const int pagemap =
        snug_file_open(&process, "/proc/self/pagemap");
    if (memory < 0 || maps < 0) {
        say(ret->why, "its memory may not be read", memory < 0 ? -memory : -maps);
        say(ret->why_go, ret->why, 0);
        return;
    }
    const char *why = is_go ? snug_account_read(subject, &process, memory, &ret->go)
                            : "it is not known to be a Go program";
    ret->has_go = !why;
    if (why)
        say(ret->why_go, why, 0);
    struct snug_regions regions;
    int r = snug_regions_read(maps, is_go, snug_account_read_memory, &memory, &regions);
    if (r < 0) {
        say(ret->why, "its mappings cannot be read", -r);
    } else {
        const bool is_told = !ret->has_go || keep_go(&regions, ret->go.mapped);
        ret->arenas = (struct snug_figure){true, regions.n_arenas + 1u};
        r = count_all(pagemap, &regions, ret);
        if (r < 0) {
            say(ret->why, "the kernel does not tell which of its memory is there", -r);
        } else if (!is_told) {
            ret->go_heap = (struct snug_figure){0};
            say(ret->why, "Go's arenas cannot be told from other memory", 0);
        }
    }
    snug_regions_close(&regions);
}

static void take_line(struct snug_text name, struct snug_text value,
                      struct snug_makeup *ret)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        char *const at = (char *)ret + members[i].offset;
        uint64_t number = 0;
        if (!snug_text_equals(name, members[i].name))
            continue;
        if (members[i].kind == TEXT)
            (void)snug_text_copy(value, SNUG_MAKEUP_WHY_BYTES, at); /* Or it is "". */
        else if (snug_text_u64(value, &number) < 0)
            continue;
        else if (members[i].kind == FIGURE)
            *(struct snug_figure *)(void *)at = (struct snug_figure){true, number};
        else if (members[i].kind == FLAG)
            *(bool *)at = number;
        else
            *(uint64_t *)(void *)at = number;
    }
}

/* Somebody else may have written it. Of a live process the sums are proved. */
static bool is_possible(const struct snug_memstats *go)
{
    return go->limit && go->live <= INT64_MAX && go->ready <= INT64_MAX &&
           go->in_use <= go->ready && go->idle <= go->ready - go->in_use;
}

static void read_captured(const struct snug_root *root, struct snug_makeup *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, SNUG_MAKEUP_PATH);
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r = fd;
    if (fd < 0) {
        say(ret->why, "it was not captured", 0);
        say(ret->why_go, ret->why, 0);
    }
    while (r >= 0 && (r = snug_file_next_line(&lines, &line)) > 0) {
        struct snug_text name;
        if (snug_text_cut(&line, ' ', &name) && line.at)
            take_line(name, line, ret);
    }
    if (ret->has_go && !is_possible(&ret->go)) {
        ret->has_go = false;
        say(ret->why_go, "what was captured cannot be", 0);
    }
}

void snug_makeup_read(const struct snug_subject *subject, struct snug_makeup *ret)
{
    *ret = (struct snug_makeup){0};
    if (subject->root.pid)
        read_live(subject, ret);
    else
        read_captured(&subject->root, ret);
}

/* Whether it is known. */
static bool take_number(const struct snug_makeup *makeup, const struct member *member,
                        uint64_t *ret)
{
    const char *at = (const char *)makeup + member->offset;
    const struct snug_figure *figure = (const void *)at;
    const uint64_t *number = (const void *)at;
    const bool is_figure = member->kind == FIGURE;
    *ret = is_figure ? figure->number : member->kind == FLAG ? makeup->has_go : *number;
    return is_figure ? figure->is_known : makeup->has_go || member->kind == FLAG;
}

void snug_makeup_put(struct snug_builder *out, const struct snug_makeup *makeup)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        uint64_t number;
        const char *text = (const char *)makeup + members[i].offset;
        const bool is_text = members[i].kind == TEXT;
        if (is_text ? !text[0] : !take_number(makeup, &members[i], &number))
            continue;
        snug_text_put(out, members[i].name);
        snug_text_put(out, " ");
        if (is_text)
            snug_text_put(out, text);
        else
            snug_text_put_u64(out, number);
        snug_text_put(out, "\n");
    }
}

void snug_makeup_put_json(struct snug_json *json, const struct snug_makeup *makeup)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        uint64_t number;
        const char *text = (const char *)makeup + members[i].offset;
        if (members[i].kind == TEXT)
            snug_json_string(json, members[i].name, text[0] ? text : NULL);
        else if (members[i].kind == FLAG)
            continue;
        else if (take_number(makeup, &members[i], &number))
            snug_json_number(json, members[i].name, number);
        else
            snug_json_null(json, members[i].name);
    }
}
