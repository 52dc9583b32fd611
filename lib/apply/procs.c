/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A call of the Go function. From Go 1.21 on a C thread that calls into Go keeps a
 * goroutine and a signal mask of the runtime's until it ends. So each change has a thread
 * of its own that ends with it. The runtime lets it in only after all of the program's
 * package initialisation, which a service may never leave: nobody waits for it for long.
 */
#include <stdatomic.h>
#include <sys/prctl.h>

#include "snug/apply/crew.h"
#include "snug/apply/errand.h"
#include "snug/apply/procs.h"
#include "snug/base/objects.h"
#include "snug/base/sys.h"
#include "snug/facts/pclntab.h"
#include "snug/plan/runtime.h"

enum {
    NAME_BYTES = 16,        /* What the kernel keeps of a thread's name. */
    FIRST_BY_REGISTER = 18, /* Before this release arm64 passed arguments on the stack. */
    N_STEPS = 100,          /* Of waiting for the call. */
    STEP_NS = 1000000,
};

typedef void crosscall(void *function, void *argument, int n_bytes, size_t context);

static struct {
    char name[NAME_BYTES]; /* The one that the program's threads have by themselves. */
    crosscall *door;       /* NULL: the count is not followed. */
    void *gomaxprocs;
    unsigned count;  /* The runtime's, as far as snug knows. */
    bool is_ours;    /* It stays until somebody calls GOMAXPROCS. */
    bool is_calling; /* The last call has not been seen to end. */
    unsigned called_with;
    unsigned long thread;
    _Atomic bool is_back;
} procs;

const char *snug_procs_find(const struct snug_elf *image, const struct snug_module *module,
                            const struct snug_facts *facts, const struct snug_plan *plan)
{
#if defined(__aarch64__)
    if (facts->program.go_minor < FIRST_BY_REGISTER)
        return "follow: no CPUs: Go is too old";
#endif
    uintptr_t address;
    if (!module || snug_pclntab_find(image, module, "runtime.GOMAXPROCS", &address) < 0)
        return "follow: no CPUs: the pclntab is unknown";
    void *door = snug_objects_own("crosscall2");
    if (!door)
        return "follow: no CPUs: there is no crosscall2";
    procs.count = plan->cpu.count;
    procs.is_ours = plan->cpu.sets_gomaxprocs || !snug_runtime_moves_to(facts);
    procs.gomaxprocs = (void *)address;
    procs.door = (crosscall *)door;
    (void)snug_sys_prctl(PR_GET_NAME, (unsigned long)procs.name, 0, 0, 0);
    return NULL;
}

/* GOMAXPROCS(count), which keeps 32 bits of its argument. On its way that is taken for a
 * pointer, and no pointer looks like this one. */
static void *call_go(void *count)
{
    /* What Go starts meanwhile gets the name of the thread that it is started by. */
    if (*procs.name)
        (void)snug_sys_prctl(PR_SET_NAME, (unsigned long)procs.name, 0, 0, 0);
    procs.door(procs.gomaxprocs, (void *)((uintptr_t)count + (1ul << 32)), 0, 0);
    atomic_store(&procs.is_back, true);
    return NULL;
}

/* What Go starts meanwhile has this thread's descriptors, too. */
static void create_caller(void *count)
{
    procs.is_calling = snug_crew_create(call_go, count, &procs.thread);
}

static void call(unsigned count)
{
    atomic_store(&procs.is_back, false);
    /* If there is no thread it is tried again in the next round. */
    snug_errand_run(create_caller, (void *)(uintptr_t)count);
    procs.called_with = count;
}

/* Waits for the call, but no longer than a tenth of a second. */
static void await(void)
{
    for (unsigned i = 0; i < N_STEPS && procs.is_calling && !atomic_load(&procs.is_back);
         i++)
        if (snug_sys_nanosleep(STEP_NS) < 0)
            return;
}

static void collect(void)
{
    if (!procs.is_calling || !atomic_load(&procs.is_back))
        return;
    snug_crew_join(procs.thread);
    procs.is_calling = false;
    procs.count = procs.called_with;
    procs.is_ours = true;
}

bool snug_procs_apply(const struct snug_facts *facts, const struct snug_cpu_plan *cpu)
{
    if (!procs.door)
        return false;
    collect();
    const unsigned count = procs.is_ours ? procs.count : snug_runtime_moves_to(facts);
    if (procs.is_calling || !count || !cpu->count || cpu->count == count)
        return false;
    call(cpu->count);
    const bool is_called = procs.is_calling;
    await();
    collect();
    return is_called;
}
