/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel's list of locks, a line each: "1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0
 * EOF". Of who waits for one, "1: -> POSIX …", the line has a word more.
 */
#include "snug/base/locks.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "snug/base/file.h"
#include "snug/base/sys.h"
#include "snug/base/text.h"

enum { LINES_BYTES = 1024, PLACE_OF_TYPE = 1, PLACE_OF_PID = 4, PLACE_OF_FILE = 5 };

/* To close such a descriptor gives up nothing. */
static uint64_t inode_of(const char *path)
{
    struct stat status;
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC));
    return fd >= 0 && snug_sys_fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
               ? status.st_ino
               : 0;
}

static bool is_lock(struct snug_text line, uint64_t pid, uint64_t inode)
{
    struct snug_text word, part = {0};
    uint64_t number;
    for (unsigned i = 0; i <= PLACE_OF_FILE; i++) {
        if (!snug_text_cut_word(&line, &word) ||
            (i == PLACE_OF_TYPE && !snug_text_equals(word, "POSIX")) ||
            (i == PLACE_OF_PID && (snug_text_u64(word, &number) < 0 || number != pid)))
            return false;
    }
    while (snug_text_cut(&word, ':', &part))
        continue;
    return snug_text_u64(part, &number) == 0 && number == inode;
}

bool snug_locks_hold(const char *path)
{
    const uint64_t inode = inode_of(path);
    __attribute__((cleanup(snug_file_close))) const int fd =
        inode ? snug_file_open(&snug_file_live, "/proc/locks") : -1;
    if (fd < 0)
        return false;

    const uint64_t pid = (uint64_t)snug_sys_getpid();
    char buffer[LINES_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    while (snug_file_next_line(&lines, &line) > 0)
        if (is_lock(line, pid, inode))
            return true;
    return false;
}
