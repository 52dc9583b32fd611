/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Nodes for the heap and the threads: a machine with nodes 0 (CPUs 0-3) and 1 (CPUs 4-7),
 * started on CPU 5.
 */
#include "machine.h"

#include "snug/plan/placement.h"

enum { GIB_SHIFT = 30 };

static void set_up_nodes(void)
{
    set_up();
    facts.nodes.n_online = 2;
    facts.nodes.with_memory = 3;
    facts.nodes.with_cpus = 3;
    memset(facts.nodes.node_of, SNUG_NODE_UNKNOWN, sizeof facts.nodes.node_of);
    for (unsigned cpu = 0; cpu < 8; cpu++)
        facts.nodes.node_of[cpu] = cpu >= 4;
    facts.cpu.current = 5;
    facts.privileges.mems_allowed = 3;
    facts.privileges.may_place = SNUG_YES;
}

static void limit_memory(void)
{
    facts.privileges.mems_allowed = 1;
}
static void forget_memory(void)
{
    facts.privileges.mems_allowed = 0;
}
static void drop_memory_of_1(void)
{
    facts.nodes.with_memory = 5;
    facts.privileges.mems_allowed = 7;
}
static void add_bare_memory(void)
{
    facts.nodes.with_memory = 7;
    facts.privileges.mems_allowed = 7;
}
static void allow_node_0(void)
{
    allow_cpus("1-3"), facts.cpu.current = 2;
}
static void move_to_0(void)
{
    allow_cpus("1-3");
}
static void hide_current(void)
{
    facts.cpu.current = SNUG_CPUS_MAX;
}
static void be_one_node(void)
{
    facts.nodes.n_online = 1;
    facts.nodes.with_memory = 0;
}
static void refuse(void)
{
    facts.privileges.may_place = SNUG_NO;
}
static void be_static(void)
{
    facts.program.is_static = true;
}
static void be_raw(void)
{
    facts.program.imports_mmap = false;
}

static const struct {
    const char *label;
    void (*change)(void);
    const char *place;
    enum snug_reason reason;
    uint64_t nodes;
} rows[] = {
    {"off", NULL, "off", SNUG_REASON_PLACE_OFF, 0},
    {"one node", be_one_node, "local", SNUG_REASON_PLACE_ONE_NODE, 0},
    {"memory of one node allowed", limit_memory, "node:0", SNUG_REASON_PLACE_ONE_NODE, 0},
    {"static", be_static, "local", SNUG_REASON_HEAP_UNSEEN, 0},
    {"no cgo", be_raw, "local", SNUG_REASON_HEAP_UNSEEN, 0},
    {"auto, CPUs of both nodes", NULL, "auto", SNUG_REASON_PLACE_AUTO, 0},
    {"auto, CPUs of one", allow_node_0, "auto", SNUG_REASON_PLACE_AUTO, 0},
    {"local", NULL, "local", SNUG_REASON_PLACE_LOCAL, 2},
    {"local, allowed memory unknown", forget_memory, "local", SNUG_REASON_PLACE_LOCAL, 2},
    {"local, the CPU is not known", hide_current, "local", SNUG_REASON_PLACE_LOCAL, 1},
    {"local, moved to the other node", move_to_0, "local", SNUG_REASON_PLACE_LOCAL, 1},
    {"local, no memory there", drop_memory_of_1, "local", SNUG_REASON_PLACE_NO_MEMORY, 0},
    {"local, refused", refuse, "local", SNUG_REASON_PLACE_REFUSED, 0},
    {"one by name", NULL, "node:0", SNUG_REASON_PLACE_LIST, 1},
    {"one without CPUs by name", add_bare_memory, "node:2", SNUG_REASON_PLACE_LIST, 4},
    {"some of the named", NULL, "node:1-5", SNUG_REASON_PLACE_LIST, 2},
    {"none of the named", NULL, "node:5,64", SNUG_REASON_PLACE_NO_NODE, 0},
    {"interleave", NULL, "interleave", SNUG_REASON_PLACE_INTERLEAVE, 3},
    {"interleave leaves out memory without CPUs", add_bare_memory, "interleave",
     SNUG_REASON_PLACE_INTERLEAVE, 3},
    {"interleave, one node with CPUs left", drop_memory_of_1, "interleave",
     SNUG_REASON_PLACE_ONE_NODE, 0},
    {"interleave, refused", refuse, "interleave", SNUG_REASON_PLACE_REFUSED, 0},
};

START_TEST(memory_goes_where_it_can)
{
    if (rows[_i].change)
        rows[_i].change();
    choose("numa.place", rows[_i].place);
    make();
    ck_assert_msg(plan.numa.reason == rows[_i].reason && plan.numa.nodes == rows[_i].nodes,
                  "%s: %s, %#llx", rows[_i].label, snug_reason_words(plan.numa.reason),
                  (unsigned long long)plan.numa.nodes);
    ck_assert(plan.watches_heap == (rows[_i].nodes != 0));
}
END_TEST

static const struct {
    const char *label;
    uint64_t free_mib[4];
    unsigned n_turns[4]; /* Of 240. */
} weight_rows[] = {
    {"equal", {512, 512, 0, 0}, {120, 120, 0, 0}},
    {"nothing known", {0, 0, 0, 0}, {60, 60, 60, 60}},
    {"one unknown", {0, 300, 0, 0}, {0, 240, 0, 0}},
    {"one to two", {1024, 2048, 0, 0}, {80, 160, 0, 0}},
    {"four", {1, 2, 3, 4}, {24, 48, 72, 96}},
    {"large", {1ull << 33, 1ull << 33, 1ull << 34, 0}, {60, 60, 120, 0}},
};

START_TEST(turns_are_shared_out_by_free_memory)
{
    facts.nodes.with_memory = 0xf;
    facts.privileges.mems_allowed = 0xf;
    for (unsigned node = 0; node < 4; node++)
        facts.nodes.free_bytes[node] = weight_rows[_i].free_mib[node] << 20;
    choose("numa.place", "node:0-3");
    make();
    unsigned n[4] = {0};
    for (unsigned i = 0; i < SNUG_TURNS; i++) {
        ck_assert_uint_lt(plan.numa.turn[i], 4);
        n[plan.numa.turn[i]]++;
    }
    for (unsigned node = 0; node < 4; node++)
        ck_assert_msg(n[node] == weight_rows[_i].n_turns[node], "%s: node %u has %u",
                      weight_rows[_i].label, node, n[node]);
}
END_TEST

START_TEST(every_run_of_turns_is_fair)
{
    facts.nodes.free_bytes[0] = (uint64_t)3 << GIB_SHIFT;
    facts.nodes.free_bytes[1] = (uint64_t)5 << GIB_SHIFT;
    choose("numa.place", "interleave");
    make();
    for (unsigned from = 0; from < SNUG_TURNS; from++) {
        int n_1 = 0;
        for (int n = 1; n <= 32; n++) {
            n_1 += plan.numa.turn[(from + (unsigned)n) % SNUG_TURNS];
            ck_assert_int_lt(abs(8 * n_1 - 5 * n), 8 + 8); /* Off by two at most. */
        }
    }
}
END_TEST

static void limit_to(unsigned n)
{
    set_limit(n * 100000ull, 100000);
}
static void limit_2(void)
{
    limit_to(2);
}
static void limit_4(void)
{
    limit_to(4);
}
static void limit_5(void)
{
    limit_to(5);
}
static void allow_part(void)
{
    allow_cpus("0-4"), facts.cpu.current = 4, limit_to(2);
}
static void allow_one(void)
{
    allow_node_0(), limit_to(2);
}
static void be_pinned(void)
{
    limit_to(2), facts.privileges.may_set_affinity = SNUG_NO;
}
static void be_small(void)
{
    be_one_node(), limit_to(2);
}
static void unknown(void)
{
    facts.nodes.node_of[5] = SNUG_NODE_UNKNOWN;
}

static const struct {
    const char *label;
    void (*change)(void);
    enum snug_reason reason;
    unsigned n_confined;
} confine_rows[] = {
    {"fits", limit_2, SNUG_REASON_CONFINE_ON, 4},
    {"just fits", limit_4, SNUG_REASON_CONFINE_ON, 4},
    {"one too many", limit_5, SNUG_REASON_CONFINE_NO_FIT, 0},
    {"would fit the other node", allow_part, SNUG_REASON_CONFINE_NO_FIT, 0},
    {"is there already", allow_one, SNUG_REASON_CONFINE_ALREADY, 0},
    {"may not", be_pinned, SNUG_REASON_SECCOMP, 0},
    {"one node", be_small, SNUG_REASON_CONFINE_ONE_NODE, 0},
    {"static", be_static, SNUG_REASON_STATIC, 0},
    {"start unknown", unknown, SNUG_REASON_CONFINE_NO_FIT, 0},
};

START_TEST(threads_stay_where_they_fit)
{
    confine_rows[_i].change();
    choose("numa.confine", "on");
    make();
    ck_assert_msg(plan.numa.confine_reason == confine_rows[_i].reason &&
                      plan.numa.n_confined == confine_rows[_i].n_confined &&
                      plan.numa.is_confined == (confine_rows[_i].n_confined > 0),
                  "%s: %s", confine_rows[_i].label,
                  snug_reason_words(plan.numa.confine_reason));
    struct snug_cpus node = {0};
    if (plan.numa.is_confined)
        ck_assert_int_eq(snug_cpus_parse(snug_text_of("4-7"), &node), 0);
    ck_assert(snug_cpus_equal(&plan.numa.cpus, &node));
}
END_TEST

START_TEST(a_heap_that_cannot_be_placed_goes_where_the_threads_are)
{
    static const struct {
        const char *place;
        enum snug_reason reason;
    } instead[] = {
        {"local", SNUG_REASON_CONFINE_INSTEAD},  {"node:1", SNUG_REASON_CONFINE_INSTEAD},
        {"node:0", SNUG_REASON_CONFINE_OFF},     {"node:0-1", SNUG_REASON_CONFINE_OFF},
        {"interleave", SNUG_REASON_CONFINE_OFF}, {"off", SNUG_REASON_CONFINE_OFF},
    };
    refuse();
    for (size_t i = 0; i < sizeof instead / sizeof *instead; i++) {
        choose("numa.place", instead[i].place);
        make();
        ck_assert_msg(plan.numa.confine_reason == instead[i].reason, "%s: %s",
                      instead[i].place, snug_reason_words(plan.numa.confine_reason));
    }
}
END_TEST

START_TEST(new_go_counts_the_nodes_cpus_again_and_needs_no_more_than_that)
{
    run_newest_go();
    choose("numa.confine", "on");
    limit_to(2);
    make();
    ck_assert_int_eq(plan.cpu.gomaxprocs_reason, SNUG_REASON_RUNTIME_AGREES);

    /* A request of two CPUs, no limit: it would go on to the four of the node. */
    facts.cpu.limit.kind = facts.cpu.own.kind = SNUG_NONE;
    request_milli = 1000;
    make();
    ck_assert_uint_eq(plan.cpu.count, 2);
    ck_assert(plan.cpu.sets_gomaxprocs);

    request_milli = 2000;
    make();
    ck_assert_uint_eq(plan.cpu.count, 4);
    ck_assert(plan.numa.is_confined && !plan.cpu.sets_gomaxprocs);
}
END_TEST

static void limit_none(void)
{
    facts.memory.limit.kind = SNUG_NONE;
}
static void limit_unknown(void)
{
    facts.memory.limit.kind = SNUG_UNKNOWN;
}
static void keep_all(void)
{
    choose("memory.headroom", "1G");
}

static const struct {
    const char *label;
    void (*change)(void);
    const char *huge;
    enum snug_reason reason;
    uint64_t budget_bytes;
} huge_rows[] = {
    {"keep", NULL, "keep", SNUG_REASON_HUGE_KEEP, 0},
    {"auto", NULL, "auto", SNUG_REASON_HUGE_AUTO, 241591911},
    {"auto without a limit", limit_none, "auto", SNUG_REASON_HUGE_NO_LIMIT, UINT64_MAX},
    {"auto, limit unknown", limit_unknown, "auto", SNUG_REASON_MEMORY_UNKNOWN, 0},
    {"auto, nothing left", keep_all, "auto", SNUG_REASON_MEMORY_NO_ROOM, 0},
    {"auto without cgo", be_raw, "auto", SNUG_REASON_HEAP_UNSEEN, 0},
    {"always", NULL, "always", SNUG_REASON_HUGE_ALWAYS, UINT64_MAX},
    {"never", NULL, "never", SNUG_REASON_HUGE_NEVER, 0},
    {"never without cgo", be_raw, "never", SNUG_REASON_HUGE_NEVER, 0},
};

START_TEST(huge_pages_have_a_budget)
{
    if (huge_rows[_i].change)
        huge_rows[_i].change();
    choose("numa.place", "off");
    choose("span.huge", huge_rows[_i].huge);
    make();
    ck_assert_msg(plan.spans.huge_reason == huge_rows[_i].reason &&
                      plan.spans.huge_budget_bytes == huge_rows[_i].budget_bytes,
                  "%s: %s, %llu", huge_rows[_i].label,
                  snug_reason_words(plan.spans.huge_reason),
                  (unsigned long long)plan.spans.huge_budget_bytes);
    ck_assert(plan.watches_heap == (huge_rows[_i].budget_bytes > 0));
    ck_assert(plan.spans.forbids_huge == (huge_rows[_i].reason == SNUG_REASON_HUGE_NEVER));
}
END_TEST

START_TEST(names_are_left_to_a_runtime_that_gives_them)
{
    choose("span.name", "on");
    make();
    ck_assert(plan.spans.names);
    run_newest_go();
    make();
    ck_assert(!plan.spans.names);
    ck_assert_int_eq(plan.spans.name_reason, SNUG_REASON_NAME_RUNTIME);
}
END_TEST

static Suite *placement_suite(void)
{
    Suite *suite = suite_create("placement");
    TCase *tcase = tcase_create("placement");
    tcase_add_checked_fixture(tcase, set_up_nodes, NULL);
    tcase_add_loop_test(tcase, memory_goes_where_it_can, 0, N_ROWS(rows));
    tcase_add_loop_test(tcase, turns_are_shared_out_by_free_memory, 0, N_ROWS(weight_rows));
    tcase_add_test(tcase, every_run_of_turns_is_fair);
    tcase_add_loop_test(tcase, threads_stay_where_they_fit, 0, N_ROWS(confine_rows));
    tcase_add_test(tcase, a_heap_that_cannot_be_placed_goes_where_the_threads_are);
    tcase_add_test(tcase, new_go_counts_the_nodes_cpus_again_and_needs_no_more_than_that);
    tcase_add_loop_test(tcase, huge_pages_have_a_budget, 0, N_ROWS(huge_rows));
    tcase_add_test(tcase, names_are_left_to_a_runtime_that_gives_them);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(placement_suite());
}
