/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The users whose files a process trusts.
 */
#include <check.h>

#include "folder.h"
#include "suite.h"

/* Without the file there are no user namespaces; one that cannot be read says nothing. */
static const struct superuser_row {
    const char *path;
    const char *text;
    uint32_t superuser;
} superusers[] = {
    {"proc/self/uid_map/", "", (uint32_t)SNUG_ROOT_NOBODY},
    {"proc/self/uid_map", "1 100000 65536\n", (uint32_t)SNUG_ROOT_NOBODY},
    {"proc/self/uid_map", "0 100000 65536\n", 100000},
    {"proc/self/status", "", 0},
};

START_TEST(the_superuser_is_the_namespaces_own)
{
    folder_put(superusers[_i].path, superusers[_i].text);
    ck_assert_uint_eq(snug_root_owners(&folder).superuser, superusers[_i].superuser);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("owners");
    TCase *tcase = tcase_create("owners");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, the_superuser_is_the_namespaces_own, 0,
                        sizeof superusers / sizeof *superusers);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
