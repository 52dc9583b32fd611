/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Forwarding without dlsym, which takes locks and allocates and so deadlocks with
 * allocators that are being interposed themselves. Found lazily: most processes call few of
 * these functions.
 */
#include <stdatomic.h>
#include <stddef.h>

#include "snug/next.h"
#include "snug/objects.h"

/* This object's own dynamic section. */
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));

extern int *__errno_location(void) __attribute__((weak));

/* Arrays, not pointers: nothing to relocate. */
static const char names[SNUG_N_NEXT][28] = {
    [SNUG_NEXT_MMAP] = "mmap",
    [SNUG_NEXT_MMAP64] = "mmap64",
    [SNUG_NEXT_MUNMAP] = "munmap",
    [SNUG_NEXT_PTHREAD_ATTR_INIT] = "pthread_attr_init",
    [SNUG_NEXT_PTHREAD_CREATE] = "pthread_create",
    [SNUG_NEXT_PTHREAD_GETAFFINITY_NP] = "pthread_getaffinity_np",
    [SNUG_NEXT_SCHED_GETAFFINITY] = "sched_getaffinity",
    [SNUG_NEXT_SYSCONF] = "sysconf",
    [SNUG_NEXT_SYSINFO] = "sysinfo",
    [SNUG_NEXT_GET_NPROCS] = "get_nprocs",
    [SNUG_NEXT_GET_PHYS_PAGES] = "get_phys_pages",
    [SNUG_NEXT_GET_AVPHYS_PAGES] = "get_avphys_pages",
    [SNUG_NEXT_FORK] = "fork",
    [SNUG_NEXT_VFORK] = "vfork",
    [SNUG_NEXT_CLONE] = "clone",
    [SNUG_NEXT_DAEMON] = "daemon",
    [SNUG_NEXT_SYSTEM] = "system",
    [SNUG_NEXT_POPEN] = "popen",
    [SNUG_NEXT_POSIX_SPAWN] = "posix_spawn",
    [SNUG_NEXT_POSIX_SPAWNP] = "posix_spawnp",
    [SNUG_NEXT_EXECVE] = "execve",
    [SNUG_NEXT_EXECV] = "execv",
    [SNUG_NEXT_EXECVP] = "execvp",
    [SNUG_NEXT_EXECVPE] = "execvpe",
    [SNUG_NEXT_EXECL] = "execl",
    [SNUG_NEXT_EXECLE] = "execle",
    [SNUG_NEXT_EXECLP] = "execlp",
    [SNUG_NEXT_FEXECVE] = "fexecve",
    [SNUG_NEXT_PRCTL] = "prctl",
    [SNUG_NEXT_SYSCALL] = "syscall",
    [SNUG_NEXT_PTHREAD_ATTR_SETSTACKSIZE] = "pthread_attr_setstacksize",
    [SNUG_NEXT_PTHREAD_JOIN] = "pthread_join",
};

void *snug_next_find(enum snug_next_name name)
{
    static void *_Atomic found[SNUG_N_NEXT];
    void *ret = atomic_load_explicit(&found[name], memory_order_relaxed);
    if (ret)
        return ret;

    ret = snug_objects_next(_DYNAMIC, names[name]);
    atomic_store_explicit(&found[name], ret, memory_order_relaxed);
    return ret;
}

void snug_next_set_errno(int error)
{
    if (&__errno_location)
        *__errno_location() = error;
}
