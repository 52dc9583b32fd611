/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Facts of captured and composed machines: each directory of test/data has `proc` and `sys`
 * as the machine had them, `expected`, and one line in `origin` that says where it comes
 * from.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/facts.h"

enum { CASES_MIN = 25, TEXT_BYTES = 8192 };

static struct dirent **cases;
static int n_cases;

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_text(int dir, const char *name, char *ret)
{
    const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
    const ssize_t n = read(fd, ret, TEXT_BYTES - 1);
    ck_assert_msg(n > 0, "%s is empty", name);
    ret[n] = 0;
    close(fd);
}

static void put_unknown(struct snug_builder *out, enum snug_kind kind, enum snug_why why)
{
    snug_text_put(out, kind == SNUG_NONE ? "none" : "unknown: ");
    if (kind == SNUG_UNKNOWN)
        snug_text_put(out, snug_facts_why(why));
}

static void put_quota(struct snug_builder *out, const struct snug_quota *quota)
{
    if (quota->kind != SNUG_SET) {
        put_unknown(out, quota->kind, quota->why);
        return;
    }
    snug_text_put_u64(out, quota->quota_usec);
    snug_text_put(out, "/");
    snug_text_put_u64(out, quota->period_usec);
}

static void put_nodes(struct snug_builder *out, const struct snug_node_facts *nodes)
{
    snug_text_put(out, "\nnodes ");
    snug_text_put_u64(out, nodes->n_online);
    for (unsigned node = 0; nodes->n_online > 1 && node < nodes->n_online; node++) {
        struct snug_cpus cpus = {0};
        for (unsigned cpu = 0; cpu < SNUG_CPUS_MAX; cpu++)
            if (nodes->node_of[cpu] == node)
                snug_cpus_add(&cpus, cpu);
        snug_text_put(out, " ");
        snug_cpus_put(out, &cpus);
    }
}

static void put_facts(struct snug_builder *out, const struct snug_facts *facts)
{
    static const char *const seccomp[] = {"unknown", "off", "strict", "filter"};

    snug_text_put(out, "allowed ");
    snug_text_put_u64(out, facts->cpu.n_allowed);
    if (facts->cpu.n_allowed) {
        snug_text_put(out, " ");
        snug_cpus_put(out, &facts->cpu.allowed);
    }
    snug_text_put(out, "\ncpu ");
    put_quota(out, &facts->cpu.limit);
    if (facts->cpu.limit.kind == SNUG_SET) {
        snug_text_put(out, " ");
        snug_text_put(out, facts->cpu.limit.from);
    }
    snug_text_put(out, "\nown ");
    put_quota(out, &facts->cpu.own);
    snug_text_put(out, "\nmemory ");
    const struct snug_bytes *limit = &facts->memory.limit;
    if (limit->kind == SNUG_SET) {
        snug_text_put_u64(out, limit->bytes);
        snug_text_put(out, " ");
        snug_text_put(out, limit->from);
    } else {
        put_unknown(out, limit->kind, limit->why);
    }
    put_nodes(out, &facts->nodes);
    snug_text_put(out, "\nseccomp ");
    snug_text_put(out, seccomp[facts->privileges.seccomp]);
    snug_text_put(out, "\n");
}

START_TEST(facts_are_what_the_machine_says)
{
    static struct snug_facts facts;
    char expected[TEXT_BYTES];
    char found[TEXT_BYTES];
    char origin[TEXT_BYTES];
    const char *name = cases[_i]->d_name;

    const int data = open(SNUG_TREE_DATA, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int dir = openat(data, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_msg(dir >= 0, "%s: %s", name, strerror(errno));
    read_text(dir, "expected", expected);
    read_text(dir, "origin", origin);
    ck_assert_msg(strchr(origin, '\n') == origin + strlen(origin) - 1,
                  "%s: the origin is not one line", name);

    const struct snug_root root = {.fd = dir};
    memset(&facts, 0xa5, sizeof facts); /* Everything must be written. */
    snug_facts_gather(&root, &facts);
    struct snug_builder out = snug_text_build(found, sizeof found);
    put_facts(&out, &facts);
    ck_assert_msg(!strcmp(found, expected), "%s: expected\n%sfound\n%s", name, expected,
                  found);
    close(dir);
    close(data);
}
END_TEST

int main(void)
{
    n_cases = scandir(SNUG_TREE_DATA, &cases, is_case, alphasort);
    if (n_cases < CASES_MIN) {
        fprintf(stderr, "only %d cases in %s\n", n_cases, SNUG_TREE_DATA);
        return EXIT_FAILURE;
    }

    Suite *suite = suite_create("tree");
    TCase *tcase = tcase_create("tree");
    tcase_add_loop_test(tcase, facts_are_what_the_machine_says, 0, n_cases);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (int i = 0; i < n_cases; i++)
        free(cases[i]);
    free(cases);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
