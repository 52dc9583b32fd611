/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Leases as the kernel grants them: by its own list, on a file that is only looked at.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "suite.h"
#include "folder.h"
#include "snug/base/leases.h"
#include "snug/base/regular.h"
#include "snug/base/sys.h"

static int leased;
static int seen;

static void open_both(void)
{
    folder_make();
    folder_put("file", "text");
    folder_put("other", "text");
    leased = openat(folder.fd, "file", O_RDWR | O_CLOEXEC);
    seen = openat(folder.fd, "file", O_PATH | O_CLOEXEC);
    ck_assert(leased >= 0 && seen >= 0);
    ck_assert_ptr_ne(signal(SIGIO, SIG_IGN), SIG_ERR);
}

static void close_both(void)
{
    close(leased);
    close(seen);
    folder_remove();
}

static long open_file(const char *name)
{
    return snug_regular_open(folder.fd, name, snug_sys_openat);
}

START_TEST(a_file_with_a_lease_to_write_is_not_opened)
{
    ck_assert(!snug_leases_hold(seen));
    if (fcntl(leased, F_SETLEASE, F_WRLCK) < 0)
        return; /* The file system of the folder has none. */
    ck_assert(snug_leases_are_told());
    ck_assert(snug_leases_hold(seen));
    ck_assert_int_eq(open_file("file"), -EAGAIN);
    /* It is whole: not even being broken. */
    ck_assert_int_eq(fcntl(leased, F_GETLEASE), F_WRLCK);

    const long other = open_file("other");
    ck_assert_int_ge(other, 0);
    ck_assert(!snug_leases_hold((int)other));
    close((int)other);

    ck_assert_int_eq(fcntl(leased, F_SETLEASE, F_UNLCK), 0);
    const long file = open_file("file");
    ck_assert_int_ge(file, 0);
    close((int)file);
}
END_TEST

START_TEST(a_lease_to_read_is_no_hindrance)
{
    close(leased);
    leased = openat(folder.fd, "file", O_RDONLY | O_CLOEXEC);
    if (fcntl(leased, F_SETLEASE, F_RDLCK) < 0)
        return; /* As above. */
    ck_assert(!snug_leases_hold(seen));
    const long file = open_file("file");
    ck_assert_int_ge(file, 0);
    close((int)file);
    ck_assert_int_eq(fcntl(leased, F_GETLEASE), F_RDLCK);
}
END_TEST

START_TEST(a_lock_is_no_lease)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    ck_assert_int_eq(fcntl(leased, F_SETLK, &lock), 0);
    ck_assert(!snug_leases_hold(seen));
    ck_assert(!snug_leases_hold(-1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("leases");
    TCase *tcase = tcase_create("files");
    tcase_add_checked_fixture(tcase, open_both, close_both);
    tcase_add_test(tcase, a_file_with_a_lease_to_write_is_not_opened);
    tcase_add_test(tcase, a_lease_to_read_is_no_hindrance);
    tcase_add_test(tcase, a_lock_is_no_lease);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
