/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Process id, start time and namespace together: an id alone is given anew.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/apply/identity.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"

enum { STAT_BYTES = 1024, PATH_BYTES = 32 };

void snug_identity_look_at(int pid, struct snug_tie *ret)
{
    *ret = (struct snug_tie){.pid = pid};

    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)pid);
    snug_text_put(&out, "/stat");

    char text[STAT_BYTES];
    size_t n;
    if (snug_file_read(&snug_file_live, path, sizeof text, text, &n) == 0)
        snug_tie_take_stat(ret, (struct snug_text){text, n}, pid);
}

uint64_t snug_identity_ticks_of(int pid)
{
    struct snug_tie tie;
    snug_identity_look_at(pid, &tie);
    return tie.start_ticks;
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
    struct snug_tie ret;
    snug_identity_look_at((int)snug_sys_getpid(), &ret);
    ret.signal = signal;
    ret.namespace = read_namespace();
    return ret;
}
