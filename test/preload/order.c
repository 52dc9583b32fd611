/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls sysconf as often as told, for order.sh: order N. It is built with the loader among
 * its libraries, before libc.
 */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int r = argc != 2;
    for (long n = r ? 0 : strtol(argv[1], NULL, 10); n > 0; n--)
        r |= sysconf(_SC_PAGESIZE) <= 0;
    return r;
}
