/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose answer ENOSYS is: the kernel's that has no such call, or a filter's.
 */
#include <sys/syscall.h>

#include "snug/cli/subject/trials.h"
#include "suite.h"

static const struct row {
    const char *label;
    const char *release;
    bool has_nodes;
    unsigned number;
    bool may_lack;
} rows[] = {
    {"no release", "", true, SYS_clone3, false},
    {"no number", "x.y", true, SYS_clone3, false},
    {"before clone3", "5.2.21", true, SYS_clone3, true},
    {"with clone3", "5.3.0-rc1", true, SYS_clone3, false},
    {"a later one", "6.1.0-48-cloud-amd64", true, SYS_clone3, false},
    {"two digits", "4.18.0-553.el8.x86_64", true, SYS_rseq, false},
    {"two digits before rseq", "4.15.0", true, SYS_rseq, true},
    {"gVisor", "4.4.0", true, SYS_clone3, true},
    {"gVisor's membarrier", "4.4.0", true, SYS_membarrier, false},
    {"what every kernel has", "3.10.0", true, SYS_futex, false},
    {"without NUMA", "6.1.0", false, SYS_mbind, true},
    {"with NUMA", "3.10.0", true, SYS_mbind, false},
};

START_TEST(a_kernel_lacks_what_came_later)
{
    const struct row *row = &rows[_i];
    ck_assert_msg(snug_trials_may_lack(row->release, row->has_nodes, row->number) ==
                      row->may_lack,
                  "%s", row->label);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trials");
    TCase *calls = tcase_create("calls");
    tcase_add_loop_test(calls, a_kernel_lacks_what_came_later, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(suite, calls);
    return suite_run(suite);
}
