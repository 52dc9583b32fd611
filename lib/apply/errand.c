/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program may close every descriptor that it does not know, and open files of its own at
 * their numbers. Of a thread that shares its descriptors, and has a file open at that
 * moment, it would be read from, and closed, by this thread. Nothing proves a descriptor
 * between one call and the next; so that thread has a table of its own, which costs nothing
 * at a look. It is empty from the first moment on: a copy would keep pipes and sockets open
 * that the program has closed.
 */
#include "snug/apply/errand.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "snug/apply/crew.h"
#include "snug/apply/signals.h"
#include "snug/apply/trial.h"
#include "snug/base/sys.h"

enum { N_STANDARD = 3 };

/* Who waits, waits for another word. */
enum { REST, ASKED, OVER };

static struct {
    bool may_leave;
    _Atomic bool stays;
    _Atomic bool has_thread;
    unsigned long thread;
    _Atomic uint32_t word;
    void (*what)(void *argument);
    void *argument;
} errand;

/* What the kernel says to a range that ends before it begins, and to flags that there are
 * not, if it knows the calls. */
static int try_leaving(const void *unused)
{
    (void)unused;
    return snug_sys_close_range(1, 0) != -EINVAL || snug_sys_epoll_create1(-1) != -EINVAL;
}

void snug_errand_arm(void)
{
    errand.may_leave = snug_trial_is_filtered() ? snug_sys_ask_child(try_leaving, NULL) == 0
                                                : try_leaving(NULL) == 0;
}

void snug_errand_stay(void)
{
    atomic_store_explicit(&errand.stays, true, memory_order_relaxed);
}

static void say(uint32_t word)
{
    atomic_store(&errand.word, word);
    (void)snug_sys_futex_wake(&errand.word); /* It cannot fail. */
}

/* The word that came after this one. */
static uint32_t await(uint32_t word)
{
    uint32_t ret;
    while ((ret = atomic_load(&errand.word)) == word)
        (void)snug_sys_futex_wait(&errand.word, word); /* For a signal it ends early. */
    return ret;
}

static void *run(void *unused)
{
    (void)unused;
    snug_signals_block();
    (void)snug_sys_prctl(PR_SET_NAME, (unsigned long)"snug-errands", 0, 0, 0);
    while (await(REST) == ASKED) {
        errand.what(errand.argument);
        say(REST);
    }
    return NULL;
}

void snug_errand_begin(void)
{
    if (errand.may_leave && !errand.stays)
        errand.has_thread = snug_crew_create(run, NULL, &errand.thread);
}

void snug_errand_leave(void)
{
    if (!errand.has_thread)
        return;
    if (snug_sys_close_range(0, ~0u) < 0) {
        snug_errand_end();
        return;
    }
    /* A file that is opened would be moved away from there each time. */
    for (int i = 0; i < N_STANDARD; i++)
        (void)snug_sys_epoll_create1(0);
}

void snug_errand_run(void (*what)(void *argument), void *argument)
{
    if (!errand.has_thread) {
        what(argument);
        return;
    }
    errand.what = what;
    errand.argument = argument;
    say(ASKED);
    (void)await(ASKED); /* It comes to rest. */
}

struct line {
    const struct snug_log *log;
    enum snug_log_level level;
    const char *text;
};

static void write_line(void *line)
{
    const struct line *it = line;
    snug_log_write(it->log, it->level, it->text);
}

void snug_errand_log(const struct snug_log *log, enum snug_log_level level,
                     const char *text)
{
    struct line line = {log, level, text};
    if (level > log->level)
        return;
    if (log->path)
        write_line(&line); /* A file of its own for a moment. */
    else
        snug_errand_run(write_line, &line);
}

void snug_errand_end(void)
{
    if (!errand.has_thread)
        return;
    say(OVER);
    snug_crew_join(errand.thread);
    errand.has_thread = false;
}

unsigned snug_errand_n_threads(void)
{
    return errand.has_thread;
}
