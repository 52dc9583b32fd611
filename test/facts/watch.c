/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A preload object that changes nothing: it says what passes through libc, by writes that
 * fail. A tracer sees them in one row with the system calls that do not pass here:
 *
 *   write(-1, "watch mmap 0x401f3a 0x0 262144 3 34", 35) = -1 EBADF
 *
 * The number behind the name is the place that called. Variables make it act:
 *
 *   WATCH_STOP=NAME       the process stops itself in the first call of NAME
 *   WATCH_LATE=ENTRY      with the third of the runtime's first mappings, the entry of that
 * name in the start vector gets this text, which is as long WATCH_ENVIRON=ENTRY   libc's
 * environ is this entry alone, once constructors run WATCH_CALL=ADDRESS:N:FD  another
 * thread, of C, waits for a byte from that descriptor and calls the Go function at ADDRESS,
 * as it was linked, with N
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

enum { LINE_BYTES = 256, LAST_STEP_BYTES = 1 << 20 };

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    syscall(SYS_write, -1, line, (size_t)n);
}

/* Where the program's own headers lie, less where it was linked to. */
static uintptr_t bias(void)
{
    const ElfW(Phdr) *phdr = (const void *)getauxval(AT_PHDR);
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
        if (phdr[i].p_type == PT_PHDR)
            return (uintptr_t)phdr - phdr[i].p_vaddr;
    return 0;
}

/* Once: what the program's image is. */
static void introduce(void)
{
    static int is_done;
    uintptr_t low = UINTPTR_MAX;
    uintptr_t high = 0;
    const ElfW(Phdr) *phdr = (const void *)getauxval(AT_PHDR);
    if (is_done)
        return;
    is_done = 1;
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
        if (phdr[i].p_type != PT_LOAD)
            continue;
        low = phdr[i].p_vaddr < low ? phdr[i].p_vaddr : low;
        high = phdr[i].p_vaddr + phdr[i].p_memsz > high ? phdr[i].p_vaddr + phdr[i].p_memsz
                                                        : high;
    }
    say("watch image %#lx %#lx", (unsigned long)(bias() + low),
        (unsigned long)(bias() + high));
}

static void stop_at(const char *name)
{
    static int is_done;
    const char *where = getenv("WATCH_STOP");
    if (is_done || !where || strcmp(where, name) != 0)
        return;
    is_done = 1;
    kill(getpid(), SIGSTOP);
}

static void change_late(void)
{
    const char *to = getenv("WATCH_LATE");
    const size_t n_name = to ? strcspn(to, "=") + 1 : 0;
    for (char **entry = environ; to && *entry; entry++)
        if (strncmp(*entry, to, n_name) == 0 && strlen(*entry) == strlen(to))
            memcpy(*entry, to, strlen(to));
}

static void *find(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static unsigned long caller_of(void *address)
{
    introduce();
    return (unsigned long)address;
}

__attribute__((constructor)) static void construct(int argc, char **argv, char **envp)
{
    static char *other[2];
    introduce();
    say("watch constructor %d", argv && envp == argv + argc + 1 && envp == environ);
    other[0] = getenv("WATCH_ENVIRON");
    if (other[0])
        environ = other;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    int (*next)(pthread_attr_t *) = find("pthread_attr_destroy");
    say("watch pthread_attr_destroy %#lx", caller_of(__builtin_return_address(0)));
    stop_at("pthread_attr_destroy");
    return next(attr);
}

void *mmap(void *at, size_t n_bytes, int prot, int flags, int fd, off_t offset)
{
    void *(*next)(void *, size_t, int, int, int, off_t) = find("mmap");
    say("watch mmap %#lx %#lx %zu %d %d", caller_of(__builtin_return_address(0)),
        (unsigned long)at, n_bytes, prot, flags);
    if (!at && n_bytes == LAST_STEP_BYTES && prot == PROT_NONE)
        change_late();
    void *ret = next(at, n_bytes, prot, flags, fd, offset);
    say("watch mapped %#lx %#lx", caller_of(__builtin_return_address(0)),
        (unsigned long)ret);
    return ret;
}

int munmap(void *at, size_t n_bytes)
{
    int (*next)(void *, size_t) = find("munmap");
    say("watch munmap %#lx %#lx %zu", caller_of(__builtin_return_address(0)),
        (unsigned long)at, n_bytes);
    return next(at, n_bytes);
}

int sched_getaffinity(pid_t pid, size_t n_bytes, cpu_set_t *ret)
{
    int (*next)(pid_t, size_t, cpu_set_t *) = find("sched_getaffinity");
    say("watch sched_getaffinity %#lx", caller_of(__builtin_return_address(0)));
    return next(pid, n_bytes, ret);
}

/* As snug calls: lib/apply/procs.c. */
static void *call_go(void *unused)
{
    unsigned long offset = 0;
    unsigned long n = 0;
    int fd = -1;
    char byte;
    void (*door)(void *, void *, int, size_t) = dlsym(RTLD_DEFAULT, "crosscall2");
    if (door && sscanf(getenv("WATCH_CALL"), "%lx:%lu:%d", &offset, &n, &fd) == 3 &&
        read(fd, &byte, 1) == 1)
        door((void *)(bias() + offset), (void *)(n + (1ul << 32)), 0, 0);
    return unused;
}

int pthread_create(pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *),
                   void *argument)
{
    static int is_calling;
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        find("pthread_create");
    /* Between its name and the frame where it is called from lie words that a reader looks
     * at. */
    say("watch pthread_create %#lx %#lx", caller_of(__builtin_return_address(0)),
        (unsigned long)__builtin_frame_address(0));
    stop_at("pthread_create");
    pthread_t caller;
    if (getenv("WATCH_CALL") && !is_calling) {
        is_calling = 1;
        next(&caller, NULL, call_go, NULL);
    }
    return next(ret, attr, run, argument);
}
