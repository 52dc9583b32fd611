/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The explorer, the kernel's part of masks and processes, and libc's functions behind the
 * hooks. What surprises: the code under test has its variables in a section of their own,
 * which is put back before each run.
 */
#include <errno.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <ucontext.h>

#include "schedule.h"
#include "snug/apply/start.h"
#include "snug/hook/next.h"

enum {
    N_THREADS = 2,
    STACK_BYTES = 256 << 10,
    FAR = 8,
    CHOICES_MAX = 1024,
    NOTES_MAX = 1024,
    FIRST_PID = 100,
    CHILD_PID = 200,
};

struct thread {
    void (*script)(void);
    char *stack;
    jmp_buf top;     /* Where it waits for a run. */
    jmp_buf context; /* Where it was interrupted. */
    bool is_running; /* Its script has begun and not ended. */
    bool was_run;
    int tid;
    unsigned long mask;
};

/* Of the code under test, gathered by the linker. */
extern char __start_model_state[], __stop_model_state[];

static char *first_state;
static const struct scene *scene;
static struct thread threads[N_THREADS];
static struct thread *current;
static jmp_buf explorer;
static ucontext_t birth;
static int pid;
static unsigned n_signals, n_forks, n_starts, n_switches;
static unsigned switches_max;
static bool knows_main;
static bool was_disturbed; /* Something came between the runtime and its count. */

static struct {
    unsigned taken;
    unsigned n;
} choices[CHOICES_MAX];
static unsigned n_choices, n_taken;
static const char *notes[NOTES_MAX];
static unsigned n_notes;

void schedule_note(const char *what)
{
    if (n_notes < NOTES_MAX)
        notes[n_notes++] = what;
}

_Noreturn static void fail(const char *rule)
{
    printf("%s: %s\n", scene->label, rule);
    for (unsigned i = 0; i < n_notes; i++)
        printf("  %s\n", notes[i]);
    exit(1);
}

unsigned schedule_choose(unsigned n)
{
    if (n == 1)
        return 0;
    if (n_taken == n_choices) {
        if (n_choices == CHOICES_MAX)
            fail("a run has no end");
        choices[n_choices].taken = 0;
        choices[n_choices++].n = n;
    }
    return choices[n_taken++].taken;
}

static bool next_order(void)
{
    while (n_choices && choices[n_choices - 1].taken + 1 == choices[n_choices - 1].n)
        n_choices--;
    if (n_choices)
        choices[n_choices - 1].taken++;
    return n_choices;
}

static unsigned long own_mask(void)
{
    return scene->own_mask ? scene->own_mask : SCHEDULE_ALL_CPUS;
}

bool schedule_has_all_cpus(void)
{
    return scene->has_all_cpus;
}

/* Before whatever inherits the mask. Where two threads put back a mask of the user's own
 * there is a moment in which it is too wide. */
static void check_heir(const char *rule)
{
    if (current->mask != own_mask() &&
        (current->mask == SCHEDULE_NARROW || !scene->second_thread))
        fail(rule);
}

_Noreturn static void end_run(void)
{
    for (struct thread *thread = threads; thread < threads + N_THREADS; thread++)
        if (thread->was_run && thread->mask != own_mask())
            fail("a thread is left with another mask than its own");
    _longjmp(explorer, 1);
}

static void switch_to(struct thread *next)
{
    if (next == current)
        return;
    if (!_setjmp(current->context)) {
        current = next;
        schedule_note(next == threads ? "[main]" : "[second]");
        if (next->was_run)
            _longjmp(next->context, 1);
        next->was_run = true;
        _longjmp(next->top, 1);
    }
}

static unsigned find_others(struct thread **ret)
{
    unsigned n = 0;
    for (struct thread *thread = threads; thread < threads + N_THREADS; thread++)
        if (thread != current && thread->is_running)
            ret[n++] = thread;
    return n;
}

void schedule_step(void)
{
    struct thread *others[N_THREADS];
    if (!current)
        return;
    for (;;) {
        const unsigned n_others = n_switches < switches_max ? find_others(others) : 0;
        const bool may_come = current == threads && n_signals < scene->n_signals;
        const unsigned choice = schedule_choose(1 + n_others + may_come);
        if (choice == 0)
            return;
        if (choice <= n_others) {
            n_switches++;
            switch_to(others[choice - 1]);
            return;
        }
        n_signals++;
        was_disturbed = true;
        schedule_note("signal");
        scene->handler();
        schedule_note("handler returns");
    }
}

/* Each thread waits here between runs; makecontext has no argument for it. */
static void live(void)
{
    struct thread *self = current;
    for (;;) {
        if (!_setjmp(self->top)) {
            current = NULL;
            _longjmp(explorer, 1);
        }
        self->script();
        self->is_running = false;
        schedule_note("ends");
        struct thread *others[N_THREADS];
        const unsigned n = find_others(others);
        if (!n)
            end_run();
        switch_to(others[schedule_choose(n)]);
        abort(); /* Nobody switches to a thread that has ended. */
    }
}

/* The main thread is known by its stack, which lies below the start vector: it gets a part
 * of this program's own that nothing else reaches. */
static void give_birth(struct thread *thread)
{
    char *const far_below = (char *)__builtin_frame_address(0) - (size_t)FAR * STACK_BYTES;
    thread->stack = thread == threads ? far_below : malloc(STACK_BYTES);
    if (!thread->stack || getcontext(&birth) < 0)
        abort();
    birth.uc_stack.ss_sp = thread->stack;
    birth.uc_stack.ss_size = STACK_BYTES;
    makecontext(&birth, live, 0);
    current = thread;
    if (!_setjmp(explorer))
        setcontext(&birth);
}

static void run(void)
{
    memcpy(__start_model_state, first_state,
           (size_t)(__stop_model_state - __start_model_state));
    n_taken = n_notes = n_signals = n_forks = n_starts = n_switches = 0;
    was_disturbed = false;
    knows_main = !scene->is_late;
    pid = FIRST_PID;
    for (unsigned i = 0; i < N_THREADS; i++) {
        threads[i].is_running = threads[i].was_run = i == 0;
        threads[i].tid = FIRST_PID + (int)i;
        threads[i].mask = own_mask();
    }
    current = threads;
    if (!_setjmp(explorer))
        _longjmp(threads->top, 1);
    current = NULL;
}

unsigned long schedule_explore(const struct scene *what, unsigned n_switches_max)
{
    extern char **environ;
    const size_t n_bytes = (size_t)(__stop_model_state - __start_model_state);
    static char *untouched;
    scene = what;
    switches_max = n_switches_max;
    if (!untouched) {
        untouched = malloc(n_bytes);
        first_state = malloc(n_bytes);
        if (!untouched || !first_state)
            abort();
        memcpy(untouched, __start_model_state, n_bytes);
        for (unsigned i = 0; i < N_THREADS; i++)
            give_birth(&threads[i]);
    }
    threads[0].script = scene->main_thread;
    threads[1].script = scene->second_thread;

    /* What the constructor does is the same in every run. */
    memcpy(__start_model_state, untouched, n_bytes);
    current = NULL;
    pid = FIRST_PID;
    if (!scene->is_late)
        snug_start_run(environ);
    memcpy(first_state, __start_model_state, n_bytes);

    unsigned long n_runs = 0;
    n_choices = 0;
    do {
        run();
        n_runs++;
    } while (next_order());
    return n_runs;
}

void schedule_count_cpus(void)
{
    schedule_note("the runtime counts");
    if (!was_disturbed && !scene->is_refused && !scene->second_thread &&
        current->mask != SCHEDULE_NARROW)
        fail("the runtime counts more than is presented");
}

void schedule_execute(void)
{
    schedule_note("execve");
    check_heir("a program is executed with a narrow mask");
    _longjmp(explorer, 1);
}

/* libc behind the hooks. */

static long fork_process(void)
{
    schedule_note("fork");
    check_heir("a child is born with a narrow mask");
    if (n_forks == 2 || schedule_choose(2) == 0)
        return CHILD_PID;
    schedule_note("as the child");
    for (struct thread *thread = threads; thread < threads + N_THREADS; thread++)
        if (thread != current)
            thread->is_running = thread->was_run = false;
    pid = current->tid = CHILD_PID + (int)n_forks++;
    was_disturbed = true;
    return 0;
}

static int create_thread(void)
{
    schedule_note("pthread_create");
    check_heir("a thread is born with a narrow mask");
    threads[1].mask = current->mask;
    threads[1].is_running = true;
    return 0;
}

/* Stands for all that is not followed here, and succeeds. */
long snug_next_refuse(void)
{
    return 0;
}

void *snug_next_find(enum snug_next_name name)
{
    switch ((int)name) {
    case SNUG_NEXT_FORK:
        return (void *)fork_process;
    case SNUG_NEXT_PTHREAD_CREATE:
        return (void *)create_thread;
    case SNUG_NEXT_EXECVE:
        return (void *)schedule_execute;
    default:
        return (void *)snug_next_refuse;
    }
}

/* The kernel. */

static struct thread *find_thread(int tid)
{
    if (tid == 0)
        return current ? current : threads;
    for (struct thread *thread = threads; thread < threads + N_THREADS; thread++)
        if (thread->was_run && thread->tid == tid)
            return thread;
    fail("a process touches another one's mask");
}

long __wrap_snug_sys_sched_getaffinity(int tid, size_t n_bytes, unsigned long *ret_mask)
{
    schedule_step();
    (void)n_bytes;
    ret_mask[0] = current ? find_thread(tid)->mask : own_mask();
    return sizeof *ret_mask;
}

long __wrap_snug_sys_sched_setaffinity(int tid, size_t n_bytes, const unsigned long *mask)
{
    schedule_step();
    struct thread *thread = find_thread(tid);
    if (scene->is_refused)
        return -EPERM;
    if (n_bytes < sizeof *mask || !(mask[0] & SCHEDULE_ALL_CPUS))
        return -EINVAL;
    thread->mask = mask[0] & SCHEDULE_ALL_CPUS;
    schedule_note(thread->mask == SCHEDULE_NARROW ? "narrow" : "wide");
    return 0;
}

void __wrap_snug_main_thread_arm(void)
{
    knows_main = true;
}

/* A copy that the second thread has forked of itself is the second thread, but the kernel
 * knows it as a main one. */
bool __wrap_snug_main_thread_is_here(void)
{
    if (!current)
        return true;
    return knows_main ? current == threads : current->tid == pid;
}

long __wrap_snug_sys_getpid(void)
{
    return pid;
}

void schedule_start(void)
{
    if (current && n_starts++)
        fail("it starts twice");
}
