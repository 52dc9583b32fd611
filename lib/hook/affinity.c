/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The affinity mask as C code in the process sees it. The Go runtime never comes here: it
 * asks the kernel itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "snug/apply/start.h"
#include "snug/apply/view.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"
#include "snug/hook/next.h"

enum { PATH_BYTES = 40 };

static const struct snug_root live = {.fd = -1};

/* Whether `pid` is this process or one of its threads. Another process's mask is its own.
 */
static bool is_ours(pid_t pid)
{
    if (pid == 0 || pid == snug_sys_getpid())
        return true;
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, "/proc/self/task/");
    snug_text_put_u64(&out, (uint64_t)pid);
    /* Not by signal 0: a seccomp filter may kill for a call that the program never makes.
     */
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(&live, path);
    return fd >= 0;
}

/* Shows the presented CPUs instead of the real mask, which the kernel has just written. A
 * thread that was pinned to less than that, by itself or from outside, is shown the truth.
 */
static void present(pid_t pid, size_t n_bytes, cpu_set_t *mask)
{
    struct snug_view view;
    snug_start_late();
    if (!snug_view_read(&view) || !view.shows_cpus || !is_ours(pid))
        return;

    const unsigned long *presented = view.cpus.word;
    unsigned long *real = (unsigned long *)mask;
    const size_t n_words = n_bytes / sizeof *real;
    for (size_t i = 0; i < SNUG_CPUS_WORDS; i++)
        if (presented[i] & ~(i < n_words ? real[i] : 0))
            return;
    for (size_t i = 0; i < n_words; i++)
        real[i] = i < SNUG_CPUS_WORDS ? presented[i] : 0;
}

int sched_getaffinity(pid_t pid, size_t n_bytes, cpu_set_t *ret_mask)
{
    int (*next)(pid_t, size_t, cpu_set_t *) = snug_next_find(SNUG_NEXT_SCHED_GETAFFINITY);
    if (next) {
        const int r = next(pid, n_bytes, ret_mask);
        if (r == 0)
            present(pid, n_bytes, ret_mask);
        return r;
    }

    const long r = snug_sys_sched_getaffinity(pid, n_bytes, (unsigned long *)ret_mask);
    if (r < 0) {
        snug_next_set_errno((int)-r);
        return -1;
    }
    for (size_t i = (size_t)r; i < n_bytes; i++)
        ((char *)ret_mask)[i] = 0;
    present(pid, n_bytes, ret_mask);
    return 0;
}

int pthread_getaffinity_np(pthread_t thread, size_t n_bytes, cpu_set_t *ret_mask)
{
    int (*next)(pthread_t, size_t, cpu_set_t *) =
        snug_next_find(SNUG_NEXT_PTHREAD_GETAFFINITY_NP);
    const int r = next ? next(thread, n_bytes, ret_mask) : ENOSYS;
    if (r == 0)
        present(0, n_bytes, ret_mask);
    return r;
}
