/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Taking variables out of the Go runtime's environment. The runtime (runtime1.go,
 * goenvs_unix, Go 1.17 to 1.27) copies all entries into its heap and keeps an array of
 * them, two words each, address and length; package syscall copies the words when the
 * program's code begins. An entry of length 0 is none.
 *
 * What surprises: the array is looked for. It is known by holding *all* entries, in order,
 * letter by letter, and is read before any code of the program could have made another.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "snug/apply/inheritance.h"
#include "snug/base/text.h"

enum {
    CHUNK_BYTES = 4 << 20, /* The heap grows by multiples of it, aligned. */
    /* Between our frame and the one in which the runtime holds the new thread's addresses
     * lie C's frames: 600 bytes were seen at most. Above it there is at least as much. */
    STACK_WORDS = 160,
    /* What is mapped and was never written reads 0. The runtime's heap grows from one
     * place; the largest hole was the first stack for signals, 32 KiB. */
    HOLE_WORDS = (64 << 10) / sizeof(uint64_t),
};

static struct {
    _Atomic bool is_armed;
    struct snug_vector *vector;
    const char *word;
    char *record;
    /* By the thread that maps the heap alone, which is the one that the runtime starts on.
     */
    const char *heap;
    const char *heap_end;
    const void *_Atomic thread;
} inheritance;

void snug_inheritance_arm(struct snug_vector *vector, const char *word, char *record)
{
    inheritance.vector = vector;
    inheritance.word = word;
    inheritance.record = record;
    atomic_store(&inheritance.is_armed, true);
}

bool snug_inheritance_is_armed(void)
{
    return atomic_load_explicit(&inheritance.is_armed, memory_order_relaxed);
}

void snug_inheritance_see_mapping(const void *at, size_t n_bytes, int prot, int flags)
{
    if (!at || prot != (PROT_READ | PROT_WRITE) ||
        flags != (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED) ||
        ((uintptr_t)at | n_bytes) % CHUNK_BYTES)
        return;
    if (at != inheritance.heap_end)
        inheritance.heap = at;
    inheritance.heap_end = (const char *)at + n_bytes;
    atomic_store(&inheritance.thread, __builtin_thread_pointer());
}

static bool is_in_heap(const void *at, size_t n_bytes)
{
    return (const char *)at >= inheritance.heap &&
           (const char *)at < inheritance.heap_end &&
           (size_t)(inheritance.heap_end - (const char *)at) >= n_bytes;
}

static bool is_copy(const struct snug_go_string *copy, const char *entry)
{
    if (copy->n && !is_in_heap(copy->at, copy->n))
        return false;
    for (size_t i = 0; i < copy->n; i++)
        if (!entry[i] || copy->at[i] != entry[i])
            return false;
    return !entry[copy->n];
}

/* Whether the runtime's copies of all entries stand there. */
static bool is_array(const void *at)
{
    char *const *entry = inheritance.vector->envp;
    for (const struct snug_go_string *copy = at; *entry; entry++, copy++)
        if (!is_in_heap(copy, sizeof *copy) || !is_copy(copy, *entry))
            return false;
    return true;
}

/* From `at` on, up or down, until a hole or the heap's end. */
static struct snug_go_string *search(const uint64_t *at, int step)
{
    for (unsigned n_empty = 0; n_empty < HOLE_WORDS && is_in_heap(at, sizeof *at);
         at += step) {
        n_empty = *at ? 0 : n_empty + 1;
        if (*at && is_array(at))
            return (void *)(uintptr_t)at;
    }
    return NULL;
}

/* Addresses in the heap lie in our callers' frames: those of the thread that is going to
 * be. From there on, what is read has been in use. */
static struct snug_go_string *find_array(void)
{
    const uint64_t *stack = __builtin_frame_address(0);
    uint64_t last = 0;
    for (unsigned i = 0; i < STACK_WORDS; i++) {
        const uint64_t *at = (const void *)(uintptr_t)(stack[i] & ~(uint64_t)7);
        if (!is_in_heap(at, sizeof *at) || stack[i] == last)
            continue;
        last = stack[i];
        struct snug_go_string *ret = search(at, 1);
        if (!ret)
            ret = search(at, -1);
        if (ret)
            return ret;
    }
    return NULL;
}

/* What stands in the entry's place afterwards; NULL: nothing. */
static char *find_heir(const struct snug_vector *vector, char *entry, const char *word,
                       char *record)
{
    const struct snug_vector_own *own = snug_vector_own(vector, entry);
    if (own && own->lender)
        return own->lender;
    if (own || entry == record)
        return word ? record : NULL;
    return entry;
}

/* Whether all that was inserted is where it was put. */
static bool may_cut(const struct snug_vector *vector, const char *record)
{
    for (size_t i = 0; i < vector->n_entries; i++)
        if (!vector->envp[i] || (i >= vector->n_first && vector->envp[i] != record &&
                                 !snug_vector_own(vector, vector->envp[i])))
            return false;
    return !vector->envp[vector->n_entries];
}

void snug_inheritance_withdraw(struct snug_vector *vector, const char *word, char *record,
                               struct snug_go_string *copies)
{
    record[sizeof "SNUG_SET=" - 1 + snug_text_of(word).n] = 0;
    for (char **entry = vector->envp; *entry; entry++, copies++) {
        const char *heir = find_heir(vector, *entry, word, record);
        if (heir == *entry && heir != record)
            continue;
        if (heir)
            copies->at = heir;
        copies->n = snug_text_of(heir).n;
    }

    if (may_cut(vector, record)) {
        vector->n_entries = vector->n_first;
        vector->envp[vector->n_entries] = NULL;
    }
    for (char **entry = vector->envp; *entry; entry++) {
        char *heir = find_heir(vector, *entry, word, record);
        if (heir != *entry)
            *entry = heir ? heir : record;
    }
    for (unsigned i = 0; i < vector->n_own; i++)
        vector->own[i].entry[0] = 0;
    vector->n_own = 0;
}

void snug_inheritance_see_thread(void)
{
    if (__builtin_thread_pointer() != atomic_load(&inheritance.thread))
        return;
    atomic_store(&inheritance.is_armed, false);
    struct snug_go_string *copies = find_array();
    if (copies)
        snug_inheritance_withdraw(inheritance.vector, inheritance.word, inheritance.record,
                                  copies);
}
