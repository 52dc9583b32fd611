/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The functions that the hooks stand in front of: each forwards to the next definition in
 * load order, another preload object's or libc's.
 */
#pragma once

enum snug_next_name {
    SNUG_NEXT_MMAP,
    SNUG_NEXT_MUNMAP,
    SNUG_NEXT_PTHREAD_ATTR_DESTROY,
    SNUG_NEXT_PTHREAD_CREATE,
    SNUG_NEXT_PTHREAD_GETAFFINITY_NP,
    SNUG_NEXT_SCHED_GETAFFINITY,
    SNUG_NEXT_SYSCONF,
    SNUG_NEXT_SYSINFO,
    SNUG_NEXT_GET_NPROCS,
    SNUG_NEXT_GET_PHYS_PAGES,
    SNUG_NEXT_GET_AVPHYS_PAGES,
    /* In the order of the stubs in stub.c. */
    SNUG_NEXT_FORK,
    SNUG_NEXT_VFORK,
    SNUG_NEXT_CLONE,
    SNUG_NEXT_DAEMON,
    SNUG_NEXT_SYSTEM,
    SNUG_NEXT_POPEN,
    SNUG_NEXT_POSIX_SPAWN,
    SNUG_NEXT_POSIX_SPAWNP,
    SNUG_NEXT_EXECVE,
    SNUG_NEXT_EXECV,
    SNUG_NEXT_EXECVP,
    SNUG_NEXT_EXECVPE,
    SNUG_NEXT_EXECL,
    SNUG_NEXT_EXECLE,
    SNUG_NEXT_EXECLP,
    SNUG_NEXT_FEXECVE,
    SNUG_NEXT_FORKPTY,
    SNUG_NEXT_WORDEXP,
    SNUG_NEXT_THRD_CREATE,
    SNUG_NEXT_TIMER_CREATE,
    SNUG_NEXT_MQ_NOTIFY,
    SNUG_NEXT_AIO_READ,
    SNUG_NEXT_AIO_WRITE,
    SNUG_NEXT_AIO_FSYNC,
    SNUG_NEXT_LIO_LISTIO,
    SNUG_NEXT_PRCTL,
    SNUG_NEXT_SYSCALL,
    SNUG_NEXT_PTHREAD_GETATTR_NP,
    SNUG_NEXT_PTHREAD_ATTR_INIT,
    SNUG_NEXT_PTHREAD_ATTR_SETSTACKSIZE,
    SNUG_NEXT_PTHREAD_JOIN,
    SNUG_NEXT_PTHREAD_SELF,
    SNUG_NEXT_SCHED_SETAFFINITY,
    SNUG_NEXT_PTHREAD_SETAFFINITY_NP,
    SNUG_NEXT_PTHREAD_ATTR_SETAFFINITY_NP,
    SNUG_NEXT_UNSETENV,
    SNUG_NEXT_PUTENV,
    SNUG_NEXT_ERRNO_LOCATION,
    SNUG_NEXT_PTHREAD_GET_MINSTACK, /* glibc's own. */
    SNUG_N_NEXT,
};

/* The next definition, found at the first call and remembered if it stays for good; NULL if
 * there is none now, for a library may be loaded later. From any thread. */
void *snug_next_find(enum snug_next_name name);

/* Stands where there is no next definition: ENOSYS. Without libc nobody calls it. */
long snug_next_refuse(void);

/* Sets and reads errno where there is a libc to have one; without, it reads as 0. */
void snug_next_set_errno(int error);
int snug_next_errno(void);
