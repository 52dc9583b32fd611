#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Names that a library may have for a thing of its own, a variable here: words.sh OBJECT EMPTY. Who
# means the library's gets it, who means libc's function meets the hook.
set -eu
object=$1 empty=$2
words='clone daemon fork popen sysinfo system'
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

fail() { # TEXT
    echo "$1"
    cat out
    failures=$((failures + 1))
}

# The library asks for its own as anybody does; a program at a fixed address has it copied to itself.
{
    for word in $words; do echo "long $word = 1;"; done
    echo 'long count(void) { return 0'
    for word in $words; do echo "+ $word++"; done
    echo '; }'
} >own.c
{
    echo 'long count(void);'
    for word in $words; do echo "extern long $word;"; done
    echo 'int main(void) { long n = count() == 6; return n + (0'
    for word in $words; do echo "+ $word"; done
    echo ') != 13; }'
} >main.c
cc -shared -fPIC -fno-builtin -w -o libown.so own.c
for kind in '-fPIE -pie' '-fno-pic -no-pie'; do
    cc $kind -fno-builtin -w -o program main.c -L. -Wl,--no-as-needed -lown "-Wl,-rpath,$work"
    LD_PRELOAD=$empty ./program >out 2>&1 || fail "$kind: its own variables are not its own: status $?"
    LD_PRELOAD=$object ./program >out 2>&1 || fail "$kind: status $? with the object"
done

# Libc's functions.
{
    echo '#define _GNU_SOURCE'
    printf '#include <%s>\n' dlfcn.h sched.h stdio.h stdlib.h string.h sys/sysinfo.h unistd.h
    echo 'static void *volatile used[] = {'
    for word in $words; do echo "(void *)$word,"; done
    echo '};'
    echo 'int main(void) { Dl_info from;'
    for word in $words; do
        echo "if (dladdr(dlsym(RTLD_DEFAULT, \"$word\"), &from)) puts(\"$word\"), puts(from.dli_fname);"
    done
    echo 'return !used[0]; }'
} >libc.c
cc -fPIE -pie -o program libc.c -ldl
LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bindings LD_PRELOAD=$object ./program | paste - - >out
for word in $words; do
    grep -q "file ./program .* to .*libsnug.so.*\`$word' \[GLIBC_2" bindings.* ||
        fail "$word of libc's passes the object by"
    grep -q "^$word.*/libc.so" out || fail "$word without a version is not libc's"
done

# Musl knows no versions. Its hidden symbols are like others.
if command -v musl-gcc >out; then
    musl-gcc -fPIE -pie -w -o program libc.c
    LD_PRELOAD=$object ./program | paste - - >out
    for word in $words; do
        grep -q "^$word.*/libsnug.so" out || fail "with musl $word passes the object by"
    done
else
    echo 'machine lacks musl-gcc: with musl nothing is tried'
fi
exit "$failures"
