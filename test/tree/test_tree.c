/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Machines as folders of text files: each directory of test/data has what /proc and /sys
 * showed there, a line saying where it came from, and the facts expected of it.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/base/root.h"
#include "snug/facts/online.h"

#include "../unit/suite.h"

enum { N_CASES_MIN = 30, TEXT_BYTES = 4096 };

static const char *const whys[] = {
    [SNUG_WHY_NO_PROC] = "no-proc",         [SNUG_WHY_NO_CONTROLLER] = "no-controller",
    [SNUG_WHY_NOT_MOUNTED] = "not-mounted", [SNUG_WHY_NOT_VISIBLE] = "not-visible",
    [SNUG_WHY_UNREADABLE] = "unreadable",   [SNUG_WHY_MALFORMED] = "malformed",
    [SNUG_WHY_TOO_LONG] = "too-long",
};

static const char *const seccomp_modes[] = {
    [SNUG_SECCOMP_UNKNOWN] = "unknown",
    [SNUG_SECCOMP_OFF] = "off",
    [SNUG_SECCOMP_STRICT] = "strict",
    [SNUG_SECCOMP_FILTER] = "filter",
};

static const char *const answers[] = {
    [SNUG_MAYBE] = "unknown", [SNUG_NO] = "no", [SNUG_YES] = "yes"};

static struct dirent **cases;
static int n_cases;
static int data_fd;

static void put_number(struct snug_builder *out, const char *key, uint64_t number)
{
    snug_text_put(out, key);
    snug_text_put_u64(out, number);
    snug_text_put(out, "\n");
}

static void put_text(struct snug_builder *out, const char *key, const char *text)
{
    snug_text_put(out, key);
    snug_text_put(out, text);
    snug_text_put(out, "\n");
}

static void put_unknown(struct snug_builder *out, const char *key, enum snug_why why)
{
    snug_text_put(out, key);
    put_text(out, "unknown ", whys[why]);
}

static void put_kind(struct snug_builder *out, const char *key, enum snug_kind kind,
                     enum snug_why why)
{
    if (kind == SNUG_UNKNOWN)
        put_unknown(out, key, why);
    else
        put_text(out, key, kind == SNUG_NONE ? "none" : "set");
}

static uint64_t milli_cpus(const struct snug_quota *quota)
{
    return quota->quota_usec * 1000 / quota->period_usec;
}

static void put_cpu(struct snug_builder *out, const struct snug_cpu_facts *cpu)
{
    if (cpu->n_allowed)
        put_number(out, "cpu.allowed ", cpu->n_allowed);
    else
        put_unknown(out, "cpu.allowed ", cpu->allowed_why);

    put_kind(out, "cpu.limit ", cpu->limit.kind, cpu->limit.why);
    if (cpu->limit.kind == SNUG_SET) {
        put_number(out, "cpu.quota_milli ", milli_cpus(&cpu->limit));
        put_text(out, "cpu.quota_from ", cpu->limit.from);
    }
    if (cpu->own.kind == SNUG_SET)
        put_number(out, "cpu.own set ", milli_cpus(&cpu->own));
    else
        put_kind(out, "cpu.own ", cpu->own.kind, cpu->own.why);
    put_text(out, "cpu.mounted_whole ", cpu->is_mounted_whole ? "yes" : "no");
}

/* The facts in the form of an `expected` file. */
static void describe(const struct snug_facts *facts, struct snug_builder *out)
{
    const struct snug_bytes *memory = &facts->memory.limit;
    put_cpu(out, &facts->cpu);
    put_kind(out, "memory.limit ", memory->kind, memory->why);
    if (memory->kind == SNUG_SET) {
        put_number(out, "memory.limit_bytes ", memory->bytes);
        put_text(out, "memory.limit_from ", memory->from);
    }
    if (facts->nodes.n_online)
        put_number(out, "nodes.online ", facts->nodes.n_online);
    else
        put_text(out, "nodes.online ", "unknown");
    put_text(out, "privileges.seccomp ", seccomp_modes[facts->privileges.seccomp]);
    put_text(out, "privileges.no_new_privs ", answers[facts->privileges.no_new_privs]);
}

/* Reads a file that must be there and say something. */
static void read_text(const struct snug_root *root, const char *name, const char *file,
                      char *ret)
{
    size_t n = 0;
    const int r = snug_file_read(root, file, TEXT_BYTES, ret, &n);
    ck_assert_msg(r == 0, "%s: %s: %s", name, file, strerror(-r));
    ck_assert_msg(n > 0, "%s: %s is empty", name, file);
}

START_TEST(a_machine_gives_the_expected_facts)
{
    const char *name = cases[_i]->d_name;
    const int fd = openat(data_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s is not a directory", name);
    const struct snug_root root = snug_root_below(fd);
    char origin[TEXT_BYTES];
    char expected[TEXT_BYTES];
    read_text(&root, name, "/origin", origin);
    read_text(&root, name, "/expected", expected);

    static struct snug_facts facts;
    memset(&facts, 0xa5, sizeof facts); /* What gathering leaves out shows. */
    snug_facts_gather(&root, &facts);
    snug_online_cut(&root, &facts.cpu);
    close(fd);

    char found[TEXT_BYTES];
    struct snug_builder out = snug_text_build(found, sizeof found);
    describe(&facts, &out);
    ck_assert(!out.is_full);
    ck_assert_msg(strcmp(found, expected) == 0, "%s (%s)\nexpected:\n%s\nfound:\n%s", name,
                  origin, expected, found);
}
END_TEST

START_TEST(there_are_enough_machines)
{
    ck_assert_int_ge(n_cases, N_CASES_MIN);
}
END_TEST

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static Suite *tree_suite(void)
{
    Suite *suite = suite_create("tree");
    TCase *tcase = tcase_create("machines");
    tcase_add_loop_test(tcase, a_machine_gives_the_expected_facts, 0, n_cases);
    tcase_add_test(tcase, there_are_enough_machines);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* test_tree DATA_DIRECTORY */
int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("which directory has the machines?\n", stderr);
        return EXIT_FAILURE;
    }
    data_fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    n_cases = scandir(argv[1], &cases, is_visible, alphasort);
    if (data_fd < 0 || n_cases < 0) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }

    const int status = suite_run(tree_suite());
    for (int i = 0; i < n_cases; i++)
        free(cases[i]);
    free(cases);
    close(data_fd);
    return status;
}
