/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classic BPF: what the check accepts runs to an end, whatever the call; what was softened
 * is accepted too, refuses nothing, and answers the rest as before. The check itself is
 * compared with the kernel's in unit/test_verdicts.c.
 */
#include <errno.h>
#include <linux/audit.h>

#include "fuzz.h"
#include "snug/base/bpf.h"

enum { CALLS = 4 };

static struct sock_filter code[SNUG_BPF_MAX];
static struct sock_filter soft[SNUG_BPF_MAX];
static struct snug_bpf_notes notes;

/* Five bytes an instruction: opcode, two jumps, and a constant of two bytes. So most random
 * bytes are near a program. */
static unsigned read_code(struct fuzz_input *input)
{
    unsigned n = 0;
    while (n < SNUG_BPF_MAX && input->n >= 5) {
        code[n].code = fuzz_byte(input);
        code[n].jt = fuzz_byte(input);
        code[n].jf = fuzz_byte(input);
        const uint8_t high = fuzz_byte(input);
        const uint8_t low = fuzz_byte(input);
        /* Answers lie in the upper half. */
        code[n].k = code[n].code == (BPF_RET | BPF_K)
                        ? (uint32_t)high << 24 | (uint32_t)low << 16
                        : (uint32_t)high << 8 | low;
        n++;
    }
    return n;
}

static void compare(const struct seccomp_data *call)
{
    const uint32_t hard = snug_bpf_run(code, call);
    const uint32_t softened = snug_bpf_run(soft, call);
    MUST(!snug_bpf_refuses(softened));
    if (snug_bpf_refuses(hard))
        MUST(softened == SECCOMP_RET_LOG);
    else
        MUST(softened == hard);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    struct seccomp_data calls[CALLS] = {{.arch = AUDIT_ARCH_X86_64}};
    for (unsigned i = 1; i < CALLS; i++) {
        calls[i] =
            (struct seccomp_data){.nr = fuzz_byte(&input), .arch = AUDIT_ARCH_X86_64};
        calls[i].args[i % 6] = fuzz_byte(&input);
    }
    const unsigned n = read_code(&input);
    if (snug_bpf_check(code, n, &notes) < 0)
        return 0;

    (void)snug_bpf_trace(code, n, AUDIT_ARCH_X86_64, &notes); /* Any answer will do. */
    uint32_t number;
    unsigned n_numbers = 0;
    for (unsigned at = 0; snug_bpf_next_number(code, n, &notes, &at, &number);)
        n_numbers++;
    MUST(n_numbers <= n);

    unsigned n_soft = n;
    memcpy(soft, code, n * sizeof *code);
    const int r = snug_bpf_soften(soft, &n_soft);
    if (r < 0) {
        MUST((r == -ENOSPC || r == -ENOTSUP) && n_soft == n &&
             !memcmp(soft, code, n * sizeof *code));
        for (unsigned i = 0; i < CALLS; i++)
            (void)snug_bpf_run(code, &calls[i]); /* It must only end. */
        return 0;
    }
    MUST(snug_bpf_check(soft, n_soft, &notes) == 0);
    for (unsigned i = 0; i < CALLS; i++)
        compare(&calls[i]);
    return 0;
}
