#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The same object and the same programs, C and Go, with the C libraries of several Debian
# releases:
#
#   releases.sh [--long] BUILD
#
# The programs are linked against the oldest release. Each must print in every release what it
# prints on this machine; and what snug relies on of a loader must hold there.
set -euo pipefail
. "$(dirname "$0")/tap.sh"
. "$here/roots.sh"
. "$here/../facts/programs.sh"
roots=$build/releases programs=$build/releases/bin

releases='bullseye sid'
[ -z "$long" ] || releases='bullseye bookworm trixie sid'
if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    skip 'C libraries of other releases' 'machine lacks permission to change the root'
    finish
    exit
fi

# With the headers and libraries of that release instead of this machine's, which the compiler
# would look into first.
compiler_for() { # ROOT_DIR
    local lib=$1/root/usr/lib/$(cc -dumpmachine)
    echo "cc --sysroot=$1/root -B$lib -L$lib"
}

build_programs() { # ROOT_DIR
    local goroot src mode cc
    cc=$(compiler_for "$1")
    rm -rf "$programs"
    mkdir -p "$programs"
    $cc -O2 -U_FORTIFY_SOURCE -D_GNU_SOURCE -pthread -o "$programs/readers" "$here"/../go/readers*.c || return
    goroot=$(go_root "$(go_fetcher "$build/go/cache")" 1.22.2) || return
    for mode in external internal; do
        src=$build/go/src/plain-1.17
        [ $mode = internal ] || src=$build/go/src/c-1.17
        (cd "$src" && CGO_ENABLED=1 CC=$cc go_release "$goroot" build \
            -ldflags="-linkmode=$mode -w" -o "$programs/go-$mode" .) || return
    done
    cp "$bin/1.22.2-pie-nocgo" "$programs/go-pie-nocgo"
    for mode in external internal; do
        [ ! -e "$bin/1.22.2-musl-$mode" ] ||
            cp "$bin/1.22.2-musl-$mode" "$programs/go-musl-$mode"
    done
}

# What a program prints without snug, with it, and, if it starts threads, where from. A script
# for the shells of all the roots.
write_show() {
    cat >"$programs/show" <<'EOF'
#!/bin/sh
"$1" 2>&1
echo "exit $?, and with snug:"
SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_MEMORY_LIMIT=128M SNUG_MEMORY_PRESENT=on \
    LD_PRELOAD=$2 "$1" 2>&1
echo "exit $?, and with threads.warn:"
SNUG_THREADS_WARN=1 LD_PRELOAD=$2 "$1" 2>&1 >/dev/null
EOF
    chmod +x "$programs/show"
}

# Of the lines of threads.warn the first one's place.
simplify() {
    awk '/threads\.warn = / {
            if (!n++) { sub(/.* created by /, ""); sub(/[+].*/, ""); print }
            next
        }
        { print }'
}

test_release() { # RELEASE
    local dir=$roots/$1 program name libc status stamp
    if ! make_root "$1" "$dir" >"$work/why" 2>&1; then
        skip "the C library of $1" 'machine lacks a mirror that has the release'
        return
    fi
    stamp=$(cat "$0" "$here"/../go/readers* "$here"/../../examples/see/*.go | sha256sum)
    if [ "$stamp" != "$(cat "$programs/done" 2>/dev/null)" ] && ! build_programs "$dir" >"$work/why" 2>&1; then
        result 1 "$1: the programs are built"
        return
    fi
    echo "$stamp" >"$programs/done"
    write_show
    cp "$object" "$programs"/* "$dir/root/snug/"
    libc=$(in_root "$dir" getconf GNU_LIBC_VERSION)
    for program in "$programs"/go-* "$programs/readers"; do
        name=${program##*/} status=0
        "$programs/show" "$program" "$object" >"$work/lines" </dev/null
        simplify <"$work/lines" >"$work/here"
        in_root "$dir" /snug/show "/snug/$name" /snug/libsnug.so >"$work/lines" </dev/null
        simplify <"$work/lines" >"$work/there"
        diff "$work/here" "$work/there" >"$work/why" || status=1
        # The comparison says nothing if snug did nothing.
        grep -q 'NumCPU 1\|GOMAXPROCS 1\|sysconf_onln 1' "$work/there" || status=1
        result $status "$1, $libc: $name is as on this machine"
    done
}

test_loader() { # RELEASE
    local dir=$roots/$1 oldest=$roots/${releases%% *} name libc status
    [ -e "$dir/done" ] && [ -e "$oldest/done" ] || return 0
    if ! build_loader "$roots/facts" $(compiler_for "$oldest") >"$work/why" 2>&1; then
        result 1 "$1: the programs about a loader are built"
        return
    fi
    rm -rf "$dir/root/snug/facts"
    cp -r "$roots/facts" "$dir/root/snug/facts"
    libc=$(in_root "$dir" getconf GNU_LIBC_VERSION)
    for name in $(fact_names loader); do
        status=0
        FACTS_LIBC=glibc FACTS_OBJECTS=/snug/facts in_root "$dir" "/snug/facts/$name" \
            >"$work/why" 2>&1 </dev/null || status=1
        result $status "$1, $libc: the fact $name"
    done
}

for release in $releases; do
    test_release "$release"
    test_loader "$release"
done
finish
