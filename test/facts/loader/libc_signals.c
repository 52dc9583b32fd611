/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: glibc keeps signals 32 and 33 for itself, musl 32 to 34.
 * Relied on by: lib/apply/follow.c
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

int main(void)
{
    const char *libc = getenv("FACTS_LIBC");
    const int wanted = libc && strcmp(libc, "musl") == 0 ? 35 : 34;
    fact_expect(SIGRTMIN == wanted, "the first that programs may use is %d", SIGRTMIN);
    return fact_result();
}
