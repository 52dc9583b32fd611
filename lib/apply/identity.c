/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Process id, start time and namespace together: an id alone is given anew.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/apply/identity.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"

enum { STAT_BYTES = 1024, PATH_BYTES = 32 };

uint64_t snug_identity_ticks_of(int pid)
{
    static const struct snug_root live = {.fd = -1};
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)pid);
    snug_text_put(&out, "/stat");

    char text[STAT_BYTES];
    size_t n;
    if (snug_file_read(&live, path, sizeof text, text, &n) < 0)
        return 0;
    return snug_tie_start_ticks((struct snug_text){text, n}, pid);
}

/* The namespace of process ids that this process lives in. */
static uint64_t read_namespace(void)
{
    struct stat status;
    const long r = snug_sys_newfstatat(AT_FDCWD, "/proc/self/ns/pid", &status);
    return r < 0 ? 0 : status.st_ino;
}

struct snug_tie snug_identity_own(unsigned signal)
{
    const int pid = (int)snug_sys_getpid();
    return (struct snug_tie){signal, pid, snug_identity_ticks_of(pid), read_namespace()};
}
