#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Valgrind reads nothing of a shared object whose .bss has a segment of its own. Such a segment has
# no byte in the file, and the linker writes 0 as its offset. The program runs as ever, but valgrind
# drops the whole object, and its functions have neither name nor object. It says so only if it is
# asked to: "ELF reading failed" with --trace-symtab=yes. Where the segment that is written before
# it happens to be mapped from offset 0, as in a tiny object, all is well.
#
# Seen with valgrind 3.19.0-1 of Debian and its binutils 2.40, amd64. Each line is how the object
# is linked, and whether callgrind's output names the object:
#
#   usual: named
#   bss apart: not named
#
# Needs gcc, curl, dpkg, and a mirror of Debian that still has the package, or
# snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
package=valgrind_3.19.0-1_amd64.deb
sum=324842f2308a1e42abf2d81ff5eb19a9475fc9db95647f4d9da71444eda4087f

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

[ "$(uname -m)" = x86_64 ] || exit 77
for from in "$mirror" http://snapshot.debian.org/archive/debian/20240101T000000Z; do
    ! curl -fsSL -O "$from/pool/main/v/valgrind/$package" || break
done
[ -e $package ] || { echo "no mirror has $package" >&2; exit 77; }
echo "$sum  $package" | sha256sum --check --quiet || exit 77
dpkg -x $package valgrind

cat >part.c <<'END'
static const char filler[8192] = {1};
static int counted[4096];
int *const first = counted;

int count(int n)
{
    for (int i = 0; i < n; i++)
        first[i % 4096] += filler[i % 2];
    return counted[n % 4096];
}
END
cat >main.c <<'END'
int count(int n);

int main(void)
{
    return count(100000) < 0;
}
END
cat >apart.ld <<'END'
PHDRS
{
    text PT_LOAD FILEHDR PHDRS FLAGS(5);
    data PT_LOAD FLAGS(6);
    bss PT_LOAD FLAGS(6);
    dynamic PT_DYNAMIC FLAGS(6);
}
SECTIONS
{
    . = SIZEOF_HEADERS;
    .hash : { *(.hash) } :text
    .gnu.hash : { *(.gnu.hash) } :text
    .dynsym : { *(.dynsym) }
    .dynstr : { *(.dynstr) }
    .rela.dyn : { *(.rela.*) }
    .text : { *(.text .text.*) }
    .rodata : { *(.rodata .rodata.*) }
    . = ALIGN(CONSTANT(MAXPAGESIZE));
    .data.rel.ro : { *(.data.rel.ro .data.rel.ro.*) } :data
    .dynamic : { *(.dynamic) } :data :dynamic
    .got : { *(.got .got.plt .data .data.*) } :data
    .bss : ALIGN(CONSTANT(MAXPAGESIZE)) { *(.bss .bss.* COMMON) } :bss
    /DISCARD/ : { *(.note.* .comment .eh_frame) }
}
END

seen=
for form in usual apart; do
    script=
    [ $form = usual ] || script=-Wl,-T,apart.ld
    gcc -O1 -fPIC -shared -nostdlib -Wl,--build-id=none $script -o $form.so part.c || exit 77
    gcc -o run-$form main.c ./$form.so || exit 77
    ./run-$form || exit 77
    VALGRIND_LIB=$folder/valgrind/usr/libexec/valgrind valgrind/usr/bin/valgrind.bin \
        --tool=callgrind --callgrind-out-file=costs-$form ./run-$form >said-$form 2>&1 || exit 77
    label='bss apart'
    [ $form = apart ] || label=usual
    is_named='not named'
    ! grep -q "ob=.*/$form\.so" costs-$form || is_named=named
    seen+="$label: $is_named"$'\n'
done

if [ "$seen" != $'usual: named\nbss apart: not named\n' ]; then
    printf 'valgrind-variables-apart: seen was\n%s' "$seen" >&2
    exit 1
fi
echo "as described"
