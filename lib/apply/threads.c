/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counting threads. Nobody sees one end, so the kernel is asked how many live; but only
 * when so many have been created since the last look that there may be enough for a line.
 * No lock: counts and creators are single words.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "snug/apply/follow.h"
#include "snug/apply/threads.h"
#include "snug/base/log.h"
#include "snug/base/objects.h"
#include "snug/base/sys.h"

enum { N_CREATORS = 16, N_SHOWN = 3, LINE_BYTES = 512, LINKS_OF_EMPTY = 2 };

struct creator {
    _Atomic uintptr_t address; /* 0: free. */
    _Atomic uint64_t n;
};

static struct {
    uint64_t warn;
    struct snug_log log;
    const char *program;
    _Atomic bool is_filtered;
    _Atomic uint64_t next; /* How many threads the next line is for; 0: not armed. */
    _Atomic uint64_t n_created;
    _Atomic uint64_t look_at; /* The value of `n_created` at which to look. */
    struct creator creator[N_CREATORS];
} threads;

/* Threads that live, without snug's own; 0 if that cannot be told. The directory has a link
 * for each, besides the two of any directory. */
static uint64_t count_threads(void)
{
    struct stat status;
    if (snug_sys_newfstatat(AT_FDCWD, "/proc/self/task", &status) < 0 ||
        status.st_nlink <= LINKS_OF_EMPTY)
        return 0;
    const uint64_t n = status.st_nlink - LINKS_OF_EMPTY;
    const uint64_t n_own = snug_follow_n_threads();
    return n > n_own ? n - n_own : 0;
}

/* Callers past the table's end are not counted: a program has few. */
static void remember(uintptr_t caller)
{
    for (unsigned i = 0; i < N_CREATORS; i++) {
        struct creator *creator = &threads.creator[i];
        uintptr_t address = 0;
        if (atomic_compare_exchange_strong(&creator->address, &address, caller) ||
            address == caller) {
            atomic_fetch_add_explicit(&creator->n, 1, memory_order_relaxed);
            return;
        }
    }
}

static unsigned find_busiest(const uint64_t *n)
{
    unsigned ret = 0;
    for (unsigned i = 1; i < N_CREATORS; i++)
        if (n[i] > n[ret])
            ret = i;
    return ret;
}

static void put_hex(struct snug_builder *out, uintptr_t number)
{
    char digits[2 * sizeof number];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[number % 16];
    while (number /= 16);
    snug_text_put(out, "0x");
    snug_text_put_slice(out, (struct snug_text){digits + at, sizeof digits - at});
}

/* `libfoo.so.1+0x1b40`, or the bare address. */
static void put_place(struct snug_builder *out, uintptr_t address)
{
    struct snug_text path;
    uintptr_t offset = address;
    if (snug_objects_locate((const void *)address, &path, &offset)) {
        struct snug_text name = {0};
        if (!path.n)
            path = snug_text_of(threads.program);
        while (snug_text_cut(&path, '/', &name))
            continue;
        snug_text_put_slice(out, name);
        snug_text_put(out, "+");
    }
    put_hex(out, offset);
}

/* `37 threads, past 32 (threads.warn = 8); created by see+0x4a3f0 (35 times)` */
static void write_line(uint64_t n_living, uint64_t reached)
{
    uint64_t n[N_CREATORS];
    for (unsigned i = 0; i < N_CREATORS; i++)
        n[i] = atomic_load_explicit(&threads.creator[i].n, memory_order_relaxed);

    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put_u64(&out, n_living);
    snug_text_put(&out, " threads, past ");
    snug_text_put_u64(&out, reached);
    snug_text_put(&out, " (threads.warn = ");
    snug_text_put_u64(&out, threads.warn);
    snug_text_put(&out, ")");

    for (unsigned i = 0; i < N_SHOWN; i++) {
        const unsigned busiest = find_busiest(n);
        if (!n[busiest])
            break;
        snug_text_put(&out, i ? ", " : "; created by ");
        put_place(&out, atomic_load(&threads.creator[busiest].address));
        snug_text_put(&out, " (");
        snug_text_put_u64(&out, n[busiest]);
        snug_text_put(&out, n[busiest] == 1 ? " time)" : " times)");
        n[busiest] = 0;
    }
    snug_log_write(&threads.log, SNUG_LOG_ERROR, line);
}

/* Whoever moves `next` on writes the line. Between two looks at most one is due: for a
 * count that has doubled twice it is the second. */
static void look(void)
{
    const uint64_t n_created = atomic_load(&threads.n_created);
    const uint64_t n_living = count_threads();
    uint64_t next = atomic_load(&threads.next);
    while (n_living >= next) {
        uint64_t reached = next;
        while (n_living / 2 >= reached)
            reached *= 2;
        if (atomic_compare_exchange_strong(&threads.next, &next, 2 * reached)) {
            write_line(n_living, reached);
            next = 2 * reached;
        }
    }
    /* That many were created before they were counted, so no sooner can there be enough;
     * another thread's older answer only makes the next look come earlier. */
    atomic_store(&threads.look_at, n_created + next - n_living);
}

void snug_threads_arm(const struct snug_thread_plan *plan, const char *log_path,
                      const char *program)
{
    if (!plan->warn)
        return;
    threads.warn = plan->warn;
    threads.log = (struct snug_log){SNUG_LOG_ERROR, log_path};
    threads.program = program;
    if (count_threads())
        atomic_store(&threads.next, 2 * plan->warn);
    else
        snug_log_write(&threads.log, SNUG_LOG_ERROR,
                       "threads.warn: /proc/self/task does not tell how many there are");
}

void snug_threads_see_filter(void)
{
    atomic_store(&threads.is_filtered, true);
}

void snug_threads_see_creation(const void *caller)
{
    if (!atomic_load_explicit(&threads.next, memory_order_acquire) ||
        atomic_load_explicit(&threads.is_filtered, memory_order_relaxed))
        return;
    remember((uintptr_t)caller);
    if (atomic_fetch_add(&threads.n_created, 1) + 1 >= atomic_load(&threads.look_at))
        look();
}
