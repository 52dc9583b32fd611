#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A library that has a function of a hooked name with a version of its own: definitions.sh OBJECT
# EMPTY. Calls that are bound to libc's function get libc's, as with an empty object.
set -eu
object=$1 empty=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
echo 'long get_phys_pages(void) { return 7; }' > own.c
echo 'OWN_1 { get_phys_pages; };' > own.map
echo 'long get_phys_pages(void); long count(void) { return get_phys_pages(); }' > caller.c
echo 'long count(void); int main(void) { return count() == 7; }' > main.c
cc -shared -fPIC -Wl,--version-script=own.map -o libown.so own.c
cc -shared -fPIC -o libcaller.so caller.c
cc -o program main.c -L. -Wl,--no-as-needed -lown -lcaller "-Wl,-rpath,$work"
LD_PRELOAD=$empty ./program || { echo 'the loader does not tell versions apart'; exit 1; }
LD_PRELOAD=$object ./program || { echo "status $?: the call went to the library's own"; exit 1; }

# One that the assembler was not told to be a function.
cat > plain.c << 'END'
__asm__(".text\n.globl get_avphys_pages\nget_avphys_pages:\n"
#if defined(__x86_64__)
        "mov $7, %eax\n ret\n"
#else
        "mov x0, 7\n ret\n"
#endif
        ".section .note.GNU-stack,\"\",%progbits\n");
END
echo 'long get_avphys_pages(void); int main(void) { return get_avphys_pages() != 7; }' > main.c
cc -shared -fPIC -o libplain.so plain.c
cc -o program main.c -L. -Wl,--no-as-needed -lplain "-Wl,-rpath,$work"
LD_PRELOAD=$empty ./program || { echo 'the own function is not called with an empty object'; exit 1; }
LD_PRELOAD=$object ./program || { echo 'the own function without a type is passed over'; exit 1; }
