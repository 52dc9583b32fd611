/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program without Go that prints what C code is told. */
#include "readers.h"

int main(void)
{
    readers_print();
    return 0;
}
