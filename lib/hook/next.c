/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Forwarding without dlsym, which takes locks and allocates and so deadlocks with
 * allocators that are being interposed themselves. Found lazily: most processes call few of
 * these functions.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "snug/base/objects.h"
#include "snug/hook/next.h"

/* This object's own dynamic section. */
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));

/* In the order of enum snug_next_name; one text, so that none takes the longest's room. */
static const char names[] =
    "mmap\0munmap\0pthread_attr_destroy\0pthread_create\0"
    "pthread_getaffinity_np\0sched_getaffinity\0sysconf\0sysinfo\0"
    "get_nprocs\0get_phys_pages\0get_avphys_pages\0fork\0vfork\0clone\0"
    "daemon\0system\0popen\0posix_spawn\0posix_spawnp\0execve\0execv\0"
    "execvp\0execvpe\0execl\0execle\0execlp\0fexecve\0forkpty\0wordexp\0"
    "thrd_create\0timer_create\0mq_notify\0aio_read\0aio_write\0"
    "aio_fsync\0lio_listio\0prctl\0syscall\0"
    "pthread_getattr_np\0pthread_attr_init\0"
    "pthread_attr_setstacksize\0pthread_join\0pthread_self\0"
    "sched_setaffinity\0pthread_setaffinity_np\0"
    "pthread_attr_setaffinity_np\0unsetenv\0putenv\0__errno_location\0"
    "__pthread_get_minstack";

static const char *name_of(enum snug_next_name name)
{
    const char *ret = names;
    for (unsigned i = 0; i < (unsigned)name; i++)
        while (*ret++)
            continue;
    return ret;
}

void *snug_next_find(enum snug_next_name name)
{
    static void *_Atomic found[SNUG_N_NEXT];
    void *ret = atomic_load_explicit(&found[name], memory_order_relaxed);
    if (ret)
        return ret;

    bool stays;
    ret = snug_objects_next(_DYNAMIC, name_of(name), &stays);
    if (stays)
        atomic_store_explicit(&found[name], ret, memory_order_relaxed);
    return ret;
}

long snug_next_refuse(void)
{
    snug_next_set_errno(ENOSYS);
    return -1;
}

/* Where errno lies; NULL without libc. Not by a weak symbol: see objects.c. */
static int *errno_at(void)
{
    int *(*location)(void) = snug_next_find(SNUG_NEXT_ERRNO_LOCATION);
    return location ? location() : NULL;
}

void snug_next_set_errno(int error)
{
    int *at = errno_at();
    if (at)
        *at = error;
}

int snug_next_errno(void)
{
    const int *at = errno_at();
    return at ? *at : 0;
}
