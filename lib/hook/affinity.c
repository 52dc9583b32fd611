/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The affinity mask as C code in the process sees it and sets it. The Go runtime never
 * comes here: it asks the kernel itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "snug/apply/shown.h"
#include "snug/apply/start.h"
#include "snug/apply/window.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"
#include "snug/hook/next.h"

enum { PATH_BYTES = 40, LENGTH_MAX = 4 << 20, FIRST_LENGTH = 128 };

static const char tasks[] = "/proc/self/task";

static bool is_there(const char *path)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, path);
    return fd >= 0;
}

/* Whether `pid` is this process or one of its threads. Another process's mask is its own.
 * To be asked last: it opens a file. Under a filter of the program's own nobody is asked,
 * for it may kill for that: who was ours before still is. */
static bool is_ours(pid_t pid)
{
    if (pid == 0)
        return true;
    if (snug_start_is_filtered())
        return snug_shown_knows((uintptr_t)pid);
    if (pid == snug_sys_getpid())
        return true;
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, tasks);
    snug_text_put(&out, "/");
    snug_text_put_u64(&out, (uint64_t)pid);
    /* Not by signal 0: a seccomp filter may kill for a call that the program never makes.
     * It may for gettid too, which alone knows the calling thread where /proc is not. */
    return is_there(path) || (!is_there(tasks) && pid == snug_sys_gettid());
}

/* The form that these calls had before glibc 2.3.4 has no length: the mask stands in its
 * place. No program keeps data as low as a length may be. */
static void *complete(size_t *n_bytes, const cpu_set_t *mask)
{
    const size_t first = *n_bytes;
    if (first <= LENGTH_MAX)
        return (void *)(uintptr_t)mask;
    *n_bytes = FIRST_LENGTH;
    return (void *)first;
}

/* The number by which a thread is known: its id, of whichever kind the call has. */
static uintptr_t thread_of(pid_t pid)
{
    return pid ? (uintptr_t)pid : (uintptr_t)__builtin_thread_pointer();
}

/* A handle of the calling thread stands for its id. */
static uintptr_t thread_by(pthread_t thread)
{
    pthread_t (*self)(void) = snug_next_find(SNUG_NEXT_PTHREAD_SELF);
    return self && self() == thread ? thread_of(0) : (uintptr_t)thread;
}

/* What is read while the calling thread's mask is narrowed would be written back as if it
 * were its own. */
int sched_getaffinity(pid_t pid, size_t n_bytes, cpu_set_t *ret_mask)
{
    ret_mask = complete(&n_bytes, ret_mask);
    snug_window_close();
    int (*next)(pid_t, size_t, cpu_set_t *) = snug_next_find(SNUG_NEXT_SCHED_GETAFFINITY);
    const int r = next ? next(pid, n_bytes, ret_mask) : (int)snug_next_refuse();
    if (r == 0 && snug_shown_differs(n_bytes, ret_mask) && is_ours(pid))
        snug_shown_present(thread_of(pid), n_bytes, ret_mask);
    return r;
}

int pthread_getaffinity_np(pthread_t thread, size_t n_bytes, cpu_set_t *ret_mask)
{
    ret_mask = complete(&n_bytes, ret_mask);
    snug_window_close();
    int (*next)(pthread_t, size_t, cpu_set_t *) =
        snug_next_find(SNUG_NEXT_PTHREAD_GETAFFINITY_NP);
    const int r = next ? next(thread, n_bytes, ret_mask) : ENOSYS;
    if (r == 0)
        snug_shown_present(thread_by(thread), n_bytes, ret_mask);
    return r;
}

/* What follows a call that has succeeded: sets go on the stack here, and only where one was
 * shown before, for others' stacks may be small. */
__attribute__((noinline)) static void
put_back(int (*next)(pid_t, size_t, const cpu_set_t *), pid_t pid, size_t n_bytes,
         const cpu_set_t *mask)
{
    const int error = snug_next_errno();
    struct snug_cpus real;
    if (!snug_shown_restore(thread_of(pid), n_bytes, mask, &real))
        snug_shown_keep(n_bytes, mask);
    else if (is_ours(pid) && next(pid, sizeof real.word, (const void *)real.word) < 0)
        snug_next_set_errno(error); /* Then it has what it asked for. */
}

/* A mask that the program sets while its thread's is narrowed would be undone. */
int sched_setaffinity(pid_t pid, size_t n_bytes, const cpu_set_t *mask)
{
    mask = complete(&n_bytes, mask);
    snug_window_close();
    int (*next)(pid_t, size_t, const cpu_set_t *) =
        snug_next_find(SNUG_NEXT_SCHED_SETAFFINITY);
    if (!next)
        return (int)snug_next_refuse();
    const int r = next(pid, n_bytes, mask);
    if (r == 0 && snug_shown_has_any())
        put_back(next, pid, n_bytes, mask);
    return r;
}

/* As put_back. */
__attribute__((noinline)) static void
put_back_by_handle(int (*next)(void *, size_t, const void *), void *handle,
                   uintptr_t thread, size_t n_bytes, const cpu_set_t *mask)
{
    struct snug_cpus real;
    if (!snug_shown_restore(thread, n_bytes, mask, &real))
        snug_shown_keep(n_bytes, mask);
    else
        (void)next(handle, n_bytes < sizeof real.word ? n_bytes : sizeof real.word,
                   real.word); /* As above. */
}

/* pthread_setaffinity_np and pthread_attr_setaffinity_np, which differ in what they set.
 * `next` is found before, by who needs less of the stack. */
static int set_by_handle(int (*next)(void *, size_t, const void *), void *handle,
                         uintptr_t thread, size_t n_bytes, const cpu_set_t *mask)
{
    mask = complete(&n_bytes, mask);
    snug_window_close();
    const int r = next ? next(handle, n_bytes, mask) : ENOSYS;
    if (r == 0 && snug_shown_has_any())
        put_back_by_handle(next, handle, thread, n_bytes, mask);
    return r;
}

int pthread_setaffinity_np(pthread_t thread, size_t n_bytes, const cpu_set_t *mask)
{
    return set_by_handle(snug_next_find(SNUG_NEXT_PTHREAD_SETAFFINITY_NP), (void *)thread,
                         thread_by(thread), n_bytes, mask);
}

/* For a thread that is to be created: the mask was read by this one. */
int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t n_bytes, const cpu_set_t *mask)
{
    return set_by_handle(snug_next_find(SNUG_NEXT_PTHREAD_ATTR_SETAFFINITY_NP), attr,
                         thread_of(0), n_bytes, mask);
}
