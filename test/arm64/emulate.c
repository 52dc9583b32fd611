/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Becomes the emulator with PROGRAM, whose loader and libraries lie below ROOT. It is static, so that
 * an LD_PRELOAD that is meant for that program does not reach it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *command[] = {"qemu-aarch64-static", "-L", ROOT, PROGRAM};
    char **emulated = calloc((size_t)argc + 4, sizeof *emulated);
    if (!emulated)
        return 126;
    memcpy(emulated, command, sizeof command);
    for (int i = 1; i < argc; i++)
        emulated[3 + i] = argv[i];
    execvp(command[0], emulated);
    return 127;
}
