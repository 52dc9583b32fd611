/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Process id, start time and namespace together: an id alone is given anew.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/file.h"
#include "snug/identity.h"
#include "snug/sys.h"

enum { STAT_BYTES = 1024 };

static uint64_t read_start_ticks(const struct snug_root *root, int pid)
{
    char text[STAT_BYTES];
    size_t n;
    if (snug_file_read(root, "/proc/self/stat", sizeof text, text, &n) < 0)
        return 0;
    return snug_tie_start_ticks((struct snug_text){text, n}, pid);
}

uint64_t snug_identity_ticks_of(int pid)
{
    const struct snug_root other = {.fd = -1, .pid = pid};
    return read_start_ticks(&other, pid);
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
    static const struct snug_root own = {.fd = -1};
    const int pid = (int)snug_sys_getpid();
    return (struct snug_tie){signal, pid, read_start_ticks(&own, pid), read_namespace()};
}
