/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: mbind takes MPOL_PREFERRED (1) with one bit less of the mask than it is told, and
 * MPOL_DEFAULT (0) for a page without a policy; a mapping that is put over it with
 * MAP_FIXED has no policy.
 * Relied on by: lib/base/sys.c, lib/apply/place.c
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fact.h"

enum { PAGE_BYTES = 4096, DEFAULT = 0, PREFERRED = 1, BY_ADDRESS = 2, N_BITS = 64 };

static int policy_of(const void *at)
{
    int mode = -1;
    return syscall(SYS_get_mempolicy, &mode, NULL, 0, at, BY_ADDRESS) < 0 ? -errno : mode;
}

static long bind_to(void *at, int mode, uint64_t nodes, unsigned long n_bits)
{
    return syscall(SYS_mbind, at, PAGE_BYTES, mode, &nodes, n_bits, 0) < 0 ? -errno : 0;
}

int main(void)
{
    void *at =
        mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const long r = bind_to(at, DEFAULT, 0, N_BITS + 1);
    if (r == -ENOSYS || r == -EPERM)
        fact_lacks("memory policies");
    fact_expect(r == 0, "no policy: %s", strerror((int)-r));
    fact_expect(policy_of(at) == DEFAULT, "without a policy it has %d", policy_of(at));
    fact_expect(bind_to(at, PREFERRED, 1, N_BITS + 1) == 0, "node 0 is refused");
    fact_expect(policy_of(at) == PREFERRED, "with a preferred node it has %d",
                policy_of(at));
    mmap(at, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         -1, 0);
    fact_expect(policy_of(at) == DEFAULT, "a new mapping has policy %d", policy_of(at));

    /* One bit, said to be two: it is read. One, said to be one: it is not, and an empty
     * mask is the node where the caller is. Bit 63 is no node, and is refused only if it is
     * looked at. */
    fact_expect(bind_to(at, PREFERRED, (uint64_t)1 << (N_BITS - 1), N_BITS) == 0,
                "the last bit is looked at");
    fact_expect(bind_to(at, PREFERRED, (uint64_t)1 << (N_BITS - 1), N_BITS + 1) == -EINVAL,
                "node 63 is taken: %ld",
                bind_to(at, PREFERRED, (uint64_t)1 << (N_BITS - 1), N_BITS + 1));
    return fact_result();
}
