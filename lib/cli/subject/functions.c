/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Go's table for stack traces, .gopclntab, which stripped programs have too. Behind the
 * names of functions, each of which ends in 0, stand those of source files.
 */
#include "snug/cli/subject/functions.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/cli/subject/sections.h"

/* Kubernetes' programs have some ten megabytes of names; a sparse file may have any number.
 */
enum { SLICE_BYTES = 1 << 20, NAMES_BYTES_MAX = 64 << 20 };

/* The first byte of the header, which is followed by three 0xff. */
enum { GO_1_16 = 0xfa, GO_1_18 = 0xf0, GO_1_20 = 0xf1 };

#define CLIENT "k8s.io/client-go/kubernetes"

/* Where a Clientset is an interface's value, the linker keeps all of its methods; else
 * those that are called, which have a name even where they are inlined. */
static const struct function {
    unsigned bit;
    bool is_prefix;
    const char *name;
} functions[] = {
    {SNUG_FUNCTION_REAL_IP, false, "github.com/go-chi/chi/v5/middleware.RealIP"},
    {SNUG_FUNCTION_REAL_IP, false, "github.com/go-chi/chi/middleware.RealIP"},
    {SNUG_FUNCTION_CSR_BETA, true, CLIENT "/typed/certificates/v1beta1.NewForConfig"},
    {SNUG_FUNCTION_CSR_STABLE, true, CLIENT "/typed/certificates/v1.NewForConfig"},
    {SNUG_FUNCTION_GETS_BETA, false, CLIENT ".(*Clientset).CertificatesV1beta1"},
    {SNUG_FUNCTION_GETS_STABLE, false, CLIENT ".(*Clientset).CertificatesV1"},
};

/* The part of the table that has the names; absent if it is laid out in another way. */
static struct snug_text find_names(struct snug_text table)
{
    uint64_t word[5]; /* Functions, files, from 1.18 on the text's start; then offsets. */
    struct snug_text ret = {0};
    if (table.n < 8 + sizeof word || memcmp(table.at + 1, "\xff\xff\xff\0\0", 5) != 0)
        return ret;
    const uint8_t kind = (uint8_t)table.at[0];
    memcpy(word, table.at + 8, sizeof word);
    const uint64_t *offset = &word[kind == GO_1_16 ? 2 : 3];
    if ((kind == GO_1_16 || kind == GO_1_18 || kind == GO_1_20) && offset[0] < offset[1] &&
        offset[1] <= table.n && offset[1] - offset[0] <= NAMES_BYTES_MAX)
        ret = (struct snug_text){table.at + offset[0], offset[1] - offset[0]};
    return ret;
}

static unsigned look_at(const char *name, size_t n)
{
    unsigned ret = 0;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const size_t n_wanted = strlen(functions[i].name);
        if ((functions[i].is_prefix ? n >= n_wanted : n == n_wanted) &&
            memcmp(name, functions[i].name, n_wanted) == 0)
            ret |= functions[i].bit;
    }
    return ret;
}

/* Gives back the pages up to there; they come again from the file if they are needed. */
static const char *let_go(const char *from, const char *to)
{
    const uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t start = ((uintptr_t)from + page_bytes - 1) & ~(page_bytes - 1);
    const uintptr_t end = (uintptr_t)to & ~(page_bytes - 1);
    if (start >= end)
        return from;
    (void)madvise((void *)start, end - start, MADV_DONTNEED); /* It costs room, no more. */
    return (const char *)end;
}

void snug_functions_read(const uint8_t *file, size_t n_bytes, struct snug_functions *ret)
{
    struct snug_text table;
    *ret = (struct snug_functions){0};
    if (!snug_sections_find(file, n_bytes, ".gopclntab", &table))
        return;
    struct snug_text names = find_names(table);
    const char *held = names.at;
    struct snug_text name;
    ret->is_known = names.at;
    while (snug_text_cut(&names, '\0', &name)) {
        ret->found |= look_at(name.at, name.n);
        if (name.at - held > SLICE_BYTES)
            held = let_go(held, name.at);
    }
}
