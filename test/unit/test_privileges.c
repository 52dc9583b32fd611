/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What /proc/self/status says.
 */
#include "suite.h"
#include "folder.h"
#include "snug/facts/privileges.h"

#define CAP "CapEff:\t00000000a80425fb\n"

static const struct {
    const char *label;
    const char *status; /* NULL: there is none. */
    enum snug_seccomp seccomp;
    enum snug_answer no_new_privs;
    enum snug_answer may_set_affinity;
    bool has_capabilities;
    uint64_t effective;
} rows[] = {
    {"no file", NULL, SNUG_SECCOMP_UNKNOWN, SNUG_MAYBE, SNUG_MAYBE, false, 0},
    {"empty", "", SNUG_SECCOMP_UNKNOWN, SNUG_MAYBE, SNUG_MAYBE, false, 0},
    {"another file", "Name:\tx\n", SNUG_SECCOMP_UNKNOWN, SNUG_MAYBE, SNUG_MAYBE, false, 0},
    {"unknown values", CAP "NoNewPrivs:\t2\nSeccomp:\t3\n", SNUG_SECCOMP_UNKNOWN,
     SNUG_MAYBE, SNUG_MAYBE, true, 0xa80425fb},
    {"no values", "CapEff:\nNoNewPrivs:\nSeccomp:\n", SNUG_SECCOMP_UNKNOWN, SNUG_MAYBE,
     SNUG_MAYBE, false, 0},
    {"capabilities of 17 digits", "CapEff:\t10000000000000000\nSeccomp:\t0\n",
     SNUG_SECCOMP_OFF, SNUG_MAYBE, SNUG_YES, false, 0},
    {"capabilities in another base", "CapEff:\t0x1g\nSeccomp:\t0\n", SNUG_SECCOMP_OFF,
     SNUG_MAYBE, SNUG_YES, false, 0},
    {"a kernel without seccomp", CAP "NoNewPrivs:\t0\n", SNUG_SECCOMP_OFF, SNUG_NO,
     SNUG_YES, true, 0xa80425fb},
    {"a count of filters is another line", CAP "Seccomp_filters:\t2\n", SNUG_SECCOMP_OFF,
     SNUG_MAYBE, SNUG_YES, true, 0xa80425fb},
    {"off", CAP "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n", SNUG_SECCOMP_OFF,
     SNUG_NO, SNUG_YES, true, 0xa80425fb},
    {"strict", CAP "Seccomp:\t1\n", SNUG_SECCOMP_STRICT, SNUG_MAYBE, SNUG_MAYBE, true,
     0xa80425fb},
    {"filter", CAP "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n",
     SNUG_SECCOMP_FILTER, SNUG_YES, SNUG_MAYBE, true, 0xa80425fb},
    {"every capability", "CapEff:\tffffffffffffffff\n", SNUG_SECCOMP_OFF, SNUG_MAYBE,
     SNUG_YES, true, UINT64_MAX},
};

START_TEST(what_is_not_said_stays_open)
{
    if (rows[_i].status)
        folder_put("proc/self/status", rows[_i].status);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);

    const char *label = rows[_i].label;
    ck_assert_msg(facts.seccomp == rows[_i].seccomp, "%s: %d", label, facts.seccomp);
    ck_assert_msg(facts.no_new_privs == rows[_i].no_new_privs, "%s", label);
    ck_assert_msg(facts.may_set_affinity == rows[_i].may_set_affinity, "%s", label);
    ck_assert_msg(facts.has_capabilities == rows[_i].has_capabilities, "%s", label);
    ck_assert_msg(facts.effective == rows[_i].effective, "%s", label);
}
END_TEST

static const struct {
    const char *label;
    const char *status;
    enum snug_why why;
    const char *list;
} allowed_rows[] = {
    {"no file", NULL, SNUG_WHY_NO_PROC, ""},
    {"no line", "Name:\tx\nCpus_allowed:\tff\n", SNUG_WHY_MALFORMED, ""},
    {"empty list", "Cpus_allowed_list:\t\n", SNUG_WHY_MALFORMED, ""},
    {"malformed list", "Cpus_allowed_list:\t0-\n", SNUG_WHY_MALFORMED, ""},
    {"CPU past the last", "Cpus_allowed_list:\t0-8192\n", SNUG_WHY_MALFORMED, ""},
    {"list", "Cpus_allowed:\t0000013f\nCpus_allowed_list:\t0-5,8\n", SNUG_WHY_NOTHING,
     "0-5,8"},
    {"no newline", "Cpus_allowed_list:\t3", SNUG_WHY_NOTHING, "3"},
};

START_TEST(allowed_cpus_are_a_list)
{
    if (allowed_rows[_i].status)
        folder_put("proc/self/status", allowed_rows[_i].status);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);

    char text[64];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_cpus_put(&out, &allowed);
    ck_assert_msg(why == allowed_rows[_i].why, "%s: %d", allowed_rows[_i].label, why);
    ck_assert_str_eq(text, allowed_rows[_i].list);
}
END_TEST

START_TEST(a_line_longer_than_the_buffer_hides_no_other)
{
    static char text[10000];
    memset(text, 'f', 6000);
    memcpy(text, "Cpus_allowed:\t", 14);
    strcpy(text + 6000, "\n" CAP "Cpus_allowed_list:\t0-1\n");
    folder_put("proc/self/status", text);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);
    ck_assert(facts.has_capabilities);
    ck_assert_uint_eq(snug_cpus_count(&allowed), 2);
    ck_assert_int_eq(why, SNUG_WHY_NOTHING);
}
END_TEST

START_TEST(a_list_longer_than_the_buffer_is_told)
{
    static char text[10000] = "Cpus_allowed_list:\t0";
    while (strlen(text) < 6000)
        strcat(text, ",2,4,6,8");
    folder_put("proc/self/status", text);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);
    ck_assert_int_eq(why, SNUG_WHY_TOO_LONG);
}
END_TEST

static const struct {
    const char *label;
    const char *status;
    uint64_t mems_allowed;
    unsigned n_filters;
} memory_rows[] = {
    {"no lines", CAP, 0, 0},
    {"malformed", CAP "Mems_allowed_list:\t0-\nSeccomp_filters:\tx\n", 0, 0},
    {"empty", CAP "Mems_allowed_list:\t\n", 0, 0},
    {"two nodes", CAP "Mems_allowed:\t3\nMems_allowed_list:\t0-1\n", 3, 0},
    {"nodes past 63 are left out", CAP "Mems_allowed_list:\t63-64\n", (uint64_t)1 << 63, 0},
    {"filters", CAP "Seccomp:\t2\nSeccomp_filters:\t2\nMems_allowed_list:\t0\n", 1, 2},
};

START_TEST(memory_nodes_and_filters_are_told)
{
    folder_put("proc/self/status", memory_rows[_i].status);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);
    ck_assert_msg(facts.mems_allowed == memory_rows[_i].mems_allowed, "%s",
                  memory_rows[_i].label);
    ck_assert_msg(facts.n_filters == memory_rows[_i].n_filters, "%s",
                  memory_rows[_i].label);
}
END_TEST

static const struct {
    const char *label;
    const char *status;
    bool has_all_cpus;
} mask_rows[] = {
    {"no line", CAP, false},
    {"empty", "Cpus_allowed:\t\n", false},
    {"all of four", "Cpus_allowed:\tf\n", true},
    {"all of forty", "Cpus_allowed:\tff,ffffffff\n", true},
    {"one is left out", "Cpus_allowed:\tff,fffffffe\n", false},
    {"all of six, or six of eight", "Cpus_allowed:\t3f\n", false},
    {"no mask", "Cpus_allowed:\tff g\n", false},
    {"a list alone", "Cpus_allowed_list:\t0-3\n", false},
};

START_TEST(a_mask_of_all_ones_leaves_out_nothing)
{
    folder_put("proc/self/status", mask_rows[_i].status);
    struct snug_privilege_facts facts;
    struct snug_cpus allowed;
    enum snug_why why;
    snug_privileges_read(&folder, &facts, &allowed, &why);
    ck_assert_msg(facts.has_all_cpus == mask_rows[_i].has_all_cpus, "%s",
                  mask_rows[_i].label);
}
END_TEST

static Suite *privileges_suite(void)
{
    Suite *suite = suite_create("privileges");
    TCase *tcase = tcase_create("status");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, what_is_not_said_stays_open, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, allowed_cpus_are_a_list, 0,
                        sizeof allowed_rows / sizeof *allowed_rows);
    tcase_add_loop_test(tcase, memory_nodes_and_filters_are_told, 0,
                        sizeof memory_rows / sizeof *memory_rows);
    tcase_add_loop_test(tcase, a_mask_of_all_ones_leaves_out_nothing, 0,
                        sizeof mask_rows / sizeof *mask_rows);
    tcase_add_test(tcase, a_line_longer_than_the_buffer_hides_no_other);
    tcase_add_test(tcase, a_list_longer_than_the_buffer_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(privileges_suite());
}
