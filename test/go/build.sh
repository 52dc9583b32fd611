#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Go programs that the go and vm suites start: releases of Go × ways to
# link. What is up to date stays as it is.
#
#   build.sh [--long] DIR      programs in DIR/bin, a line "RELEASE MODE NAME" for
#                              each in DIR/list
#
# The program is examples/see with the files beside this script added. Modes:
#   external        own C code, linked by the system's linker, started through main
#   internal        C only through package net, linked by Go's linker, stripped
#   pie             the same as a position-independent program
#   pie-external    own C code and position-independent
#   pie-nocgo       position-independent without C: a loader, but no C library
#   static          neither loader nor C library
#   musl-external, musl-internal
#   oldmod          internal, of a module that asks for Go 1.17; from Go 1.25 on the
#                   others' module asks for 1.25, which makes Go look at cgroups
# RELEASE-seccomp, which is not in the list, loads a seccomp filter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/toolchain.sh"

releases='1.19.13 1.22.12 1.24.13 1.25.12'
if [ "${1-}" = --long ]; then
    releases="1.17.13 1.18.10 1.20.14 1.21.13 1.23.12 1.26.8 $releases"
    shift
fi
mkdir -p "${1:?directory}"
dir=$(cd "$1" && pwd)

# Puts a module into DIR/src: examples/see, the files named, and a go line.
compose() { # NAME GO_LINE FILE…
    local src=$dir/src/$1 go_line=$2
    shift 2
    mkdir -p "$src"
    cp -p "$here"/../../examples/see/*.go "$src/"
    sed "s/^go .*/go $go_line/" "$here/../../examples/see/go.mod" >"$src/go.mod"
    local file
    for file; do cp -p "$here/$file" "$src/"; done
}

compose plain-1.17 1.17 child.go
compose plain-1.25 1.25 child.go
compose c-1.17 1.17 child.go readers.go readers.c readers.h
compose c-1.25 1.25 child.go readers.go readers.c readers.h
mkdir -p "$dir/src/live" "$dir/bin"
cp -p "$here"/live/* "$dir/src/live/"

interpreter_musl=/lib/ld-musl-$(uname -m).so.1

# Builds one program unless the same sources, flags and release made the one there.
build() { # RELEASE MODE SOURCE GO_FLAG…
    local release=$1 mode=$2 src=$dir/src/$3 name=$1-$2 stamp
    shift 3
    echo "$release $mode $name" >>"$dir/list.new"
    stamp=$(cat "$src"/* "$here/build.sh" <(echo "$release $mode $*") | sha256sum)
    if [ -x "$dir/bin/$name" ] && [ "$(cat "$dir/bin/.$name" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    echo "building $name" >&2
    (cd "$src" && go_release "$goroot" build "$@" -o "$dir/bin/$name" .)
    echo "$stamp" >"$dir/bin/.$name"
}

build_release() { # RELEASE
    local release=$1 goroot module=1.17
    goroot=$(go_root "$fetcher" "$release")
    case $release in 1.2[5-9].* | 1.[3-9][0-9].*) module=1.25 ;; esac

    export CGO_ENABLED=1 CC=cc
    build "$release" external c-$module -ldflags='-linkmode=external -w'
    build "$release" internal plain-$module -ldflags='-linkmode=internal -s -w -buildid='
    [ $module = 1.17 ] ||
        build "$release" oldmod plain-1.17 -ldflags='-linkmode=internal -w'
    build "$release" pie plain-$module -buildmode=pie -ldflags='-w'
    build "$release" pie-external c-$module -buildmode=pie -ldflags='-linkmode=external -w'
    build "$release" live live -ldflags='-w'

    if command -v musl-gcc >/dev/null; then
        export CC=musl-gcc
        build "$release" musl-external c-$module -ldflags='-linkmode=external -w'
        build "$release" musl-internal plain-$module \
            -ldflags="-linkmode=internal -w -I $interpreter_musl"
    fi

    export CGO_ENABLED=0
    build "$release" static plain-$module -ldflags='-w'
    build "$release" pie-nocgo plain-$module -buildmode=pie -ldflags='-w'
}

# Two programs without Go.
build_readers() {
    cc -O2 -D_GNU_SOURCE -pthread -o "$dir/bin/readers" "$here"/readers*.c
    if command -v musl-gcc >/dev/null; then
        musl-gcc -O2 -D_GNU_SOURCE -pthread -o "$dir/bin/readers-musl" "$here"/readers*.c
    fi
}

# The program that loads a seccomp filter, with the module it needs. Not in the list: it is
# no program that prints what it sees.
build_seccomp() { # RELEASE
    local goroot src=$dir/src/seccomp
    mkdir -p "$src"
    cp -p "$here"/seccomp/* "$src/"
    [ -d "$src/vendor" ] || (cd "$src" && GOFLAGS= GOTOOLCHAIN=local "$fetcher" mod vendor)
    goroot=$(go_root "$fetcher" "$1")
    (export CGO_ENABLED=1 CC=cc && cd "$src" &&
        go_release "$goroot" build -mod=vendor -ldflags=-w -o "$dir/bin/$1-seccomp" .)
}

fetcher=$(go_fetcher "$dir/cache")
newest=$(go_newest "$fetcher" 1. || true)
if [ -z "$newest" ]; then
    newest=$(GOTOOLCHAIN=local "$fetcher" env GOVERSION | sed 's/^go//')
    echo "the module proxy does not answer; the newest Go release here is $newest" >&2
fi
case " $releases " in *" $newest "*) ;; *) releases="$releases $newest" ;; esac

rm -f "$dir/list.new"
build_readers
for release in $releases; do
    build_release "$release"
    build_seccomp "$release"
done
mv "$dir/list.new" "$dir/list"
