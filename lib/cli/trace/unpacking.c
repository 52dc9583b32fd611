/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UPX's stub maps, reads its own file and gives way to the program, which then starts as
 * any does. What is not in the table ends the watch: it costs a Go program no more than its
 * NumCPU, and any other one is left alone the sooner.
 */
#include "snug/cli/trace/unpacking.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/cli/subject/loaded.h"
#include "snug/cli/subject/rights.h"
#include "snug/facts/program.h"

/* For headers of older kernels; the numbers are the same everywhere. */
#ifndef SYS_rseq
#if defined(__x86_64__)
#define SYS_rseq 334
#else
#define SYS_rseq 293
#endif
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

/* As stubs, loaders, the object, libc and the runtime were seen to call, or may. */
static const uint16_t calls[] = {
#if defined(__x86_64__)
    SYS_open,
    SYS_stat,
    SYS_fstat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_arch_prctl,
    SYS_getrlimit,
    SYS_time,
#else
    SYS_fstat,
#endif
    SYS_openat,
    SYS_close,
    SYS_read,
    SYS_pread64,
    SYS_lseek,
    SYS_write,
    SYS_pwrite64,
    SYS_newfstatat,
    SYS_statx,
    SYS_fstatfs,
    SYS_statfs,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_fcntl,
    SYS_ftruncate,
    SYS_memfd_create,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_prlimit64,
    SYS_getrandom,
    SYS_uname,
    SYS_sysinfo,
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_sigaltstack,
    SYS_prctl,
    SYS_sched_getaffinity,
    SYS_sched_setaffinity,
    SYS_getcpu,
    SYS_clock_gettime,
};

bool snug_unpacking_calls(uint64_t number, uint64_t first_argument)
{
    /* Standard input and output are the program's own. */
    if ((number == SYS_read || number == SYS_write) && first_argument <= STDERR_FILENO)
        return false;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i] == number)
            return true;
    return false;
}

bool snug_unpacking_is_go(pid_t program, unsigned *ret_minor)
{
    const struct snug_root process = snug_rights_root((int)program);
    static struct snug_loaded loaded;
    static struct snug_program found;
    __attribute__((cleanup(snug_file_close))) const int memory =
        snug_file_open(&process, "/proc/self/mem");
    uint64_t info = 0;
    if (memory >= 0 && snug_loaded_open(&process, memory, &loaded) == 0)
        info = snug_loaded_find_go(&loaded);
    if (info) {
        snug_program_read(&loaded.elf, info, &found);
        *ret_minor = found.go_minor;
    }
    snug_loaded_close(&loaded);
    return info;
}
