/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: what snug forwards to is in libc, or in a library that a program must load to call
 * it, as an ordinary function of that name, its default version, and not one that is chosen
 * when it is loaded.
 * Relied on by: lib/hook/next.c, lib/base/objects.c
 */
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

static const char *const names[] = {
    "mmap",
    "munmap",
    "pthread_attr_destroy",
    "pthread_getattr_np",
    "pthread_create",
    "pthread_getaffinity_np",
    "sched_getaffinity",
    "sysconf",
    "sysinfo",
    "get_nprocs",
    "get_phys_pages",
    "get_avphys_pages",
    "fork",
    "vfork",
    "clone",
    "daemon",
    "system",
    "popen",
    "posix_spawn",
    "posix_spawnp",
    "execve",
    "execv",
    "execvp",
    "execvpe",
    "execl",
    "execle",
    "execlp",
    "fexecve",
    "forkpty",
    "wordexp",
    "thrd_create",
    "timer_create",
    "mq_notify",
    "aio_read",
    "aio_write",
    "aio_fsync",
    "lio_listio",
    "prctl",
    "syscall",
    "pthread_attr_init",
    "pthread_attr_setstacksize",
    "pthread_join",
    "pthread_self",
    "sched_setaffinity",
    "pthread_setaffinity_np",
    "pthread_attr_setaffinity_np",
    "unsetenv",
    "putenv",
    "__errno_location",
};

/* What glibc kept apart before 2.34. */
static const char *const libraries[] = {"libpthread.so.0", "librt.so.1", "libutil.so.1"};

int main(void)
{
    for (unsigned i = 0; i < sizeof libraries / sizeof *libraries; i++)
        dlopen(libraries[i], RTLD_NOW | RTLD_GLOBAL);
    const char *libc = getenv("FACTS_LIBC");
    const bool is_musl = libc && strcmp(libc, "musl") == 0;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        void *at = dlsym(RTLD_DEFAULT, names[i]);
        /* musl has no such thing as an attribute's mask. */
        if (!at && is_musl && strcmp(names[i], "pthread_attr_setaffinity_np") == 0)
            continue;
        fact_expect(at != NULL, "%s is missing", names[i]);
#if defined(__GLIBC__)
        Dl_info information;
        const ElfW(Sym) *symbol = NULL;
        if (at && dladdr1(at, &information, (void **)&symbol, RTLD_DL_SYMENT) && symbol)
            fact_expect(ELF64_ST_TYPE(symbol->st_info) == STT_FUNC, "%s is of type %d",
                        names[i], ELF64_ST_TYPE(symbol->st_info));
#endif
    }
    return fact_result();
}
