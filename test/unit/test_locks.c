/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A log file that the process itself has locked: by the kernel's own locks.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "suite.h"
#include "folder.h"
#include "snug/base/locks.h"
#include "snug/base/log.h"

static char path[512];

static void set_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = 7, .l_len = 1};
    ck_assert_int_eq(fcntl(fd, F_SETLK, &lock), 0);
}

/* As another process sees it. */
static bool is_locked(void)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        const int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 ? 2 : lock.l_type != F_UNLCK);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_le(WEXITSTATUS(status), 1);
    return WEXITSTATUS(status);
}

static off_t size(void)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_size;
}

START_TEST(a_line_gives_up_no_lock)
{
    (void)snprintf(path, sizeof path, "%s/log", folder_path);
    struct snug_log log = {.level = SNUG_LOG_ERROR, .path = path};
    folder_put("log", "");
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    set_lock(fd, F_WRLCK);
    ck_assert(snug_locks_hold(path));
    ck_assert_int_eq(snug_log_prepare(&log), -EDEADLK);
    snug_log_write(&log, SNUG_LOG_ERROR, "a line");
    ck_assert_int_eq(size(), 0);
    ck_assert(is_locked());

    set_lock(fd, F_UNLCK);
    ck_assert(!snug_locks_hold(path));
    ck_assert_int_eq(snug_log_prepare(&log), 0);
    snug_log_write(&log, SNUG_LOG_ERROR, "a line");
    ck_assert_int_gt(size(), 0);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* Nor is another file's lock one of this. */
START_TEST(a_lock_of_another_process_is_none_of_ours)
{
    char to_child[2], byte;
    int pipes[2][2];
    (void)snprintf(path, sizeof path, "%s/log", folder_path);
    folder_put("log", "");
    folder_put("other", "");
    ck_assert(pipe(pipes[0]) == 0 && pipe(pipes[1]) == 0);
    const pid_t pid = fork();
    if (pid == 0) {
        set_lock(open(path, O_RDWR | O_CLOEXEC), F_WRLCK);
        (void)!write(pipes[0][1], "", 1);
        (void)!read(pipes[1][0], to_child, 1);
        _exit(0);
    }
    ck_assert_int_eq(read(pipes[0][0], &byte, 1), 1);
    ck_assert(is_locked());
    ck_assert(!snug_locks_hold(path));
    ck_assert_int_eq(write(pipes[1][1], "", 1), 1);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);

    char other[600];
    (void)snprintf(other, sizeof other, "%s/other", folder_path);
    const int fd = open(other, O_RDWR | O_CLOEXEC);
    set_lock(fd, F_WRLCK);
    ck_assert(!snug_locks_hold(path));
    ck_assert(snug_locks_hold(other));
    ck_assert(!snug_locks_hold(folder_path));
    ck_assert(!snug_locks_hold("/nowhere"));
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("locks");
    TCase *tcase = tcase_create("files");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_test(tcase, a_line_gives_up_no_lock);
    tcase_add_test(tcase, a_lock_of_another_process_is_none_of_ours);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
