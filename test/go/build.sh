#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Go programs that the go and vm suites start: releases of Go × ways to
# link. What is up to date stays as it is.
#
#   build.sh [--long] [--arm64 FILES] DIR
#
# makes programs in DIR/bin, and a line "RELEASE MODE NAME" for each in DIR/list. --arm64 builds
# for that architecture, fewer of them, with what arm64/sysroot.sh put into FILES.
#
# The programs are examples/see with files beside this script added; "modes" says how each is
# linked. Not in the list, since they print other things: RELEASE-live, which is a service in
# small, RELEASE-seccomp, which loads a seccomp filter, RELEASE-needs and RELEASE-needs-static,
# which make the runtime call the kernel, RELEASE-storm, RELEASE-noise, RELEASE-heap,
# RELEASE-kinds and RELEASE-stress.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/toolchain.sh"
. "$here/cells.sh"

# The newest release is added below.
releases='1.19.13 1.22.2 1.24.13 1.25.12' some='1.22.2' is_long= arm64=
while :; do
    case ${1-} in
    --long)
        releases="1.17.13 1.18.10 $releases 1.20.14 1.21.13 1.23.12 1.26.8" some=$releases
        is_long=1
        ;;
    --arm64) arm64=$(cd "$2" && pwd) && shift ;;
    *) break ;;
    esac
    shift
done
cc=cc musl_gcc=musl-gcc interpreter_musl=/lib/ld-musl-$(uname -m).so.1
if [ -n "$arm64" ]; then
    export GOARCH=arm64
    cc=aarch64-linux-gnu-gcc musl_gcc=$arm64/bin/musl-gcc interpreter_musl=/lib/ld-musl-aarch64.so.1
    [ -n "$is_long" ] || releases=$some
fi
mkdir -p "${1:?directory}"
dir=$(cd "$1" && pwd)

# Puts a module into DIR/src: examples/see, the files named, and a go line. From Go 1.25 on that
# decides whether the runtime looks at cgroups.
compose() { # NAME GO_LINE FILE…
    local src=$dir/src/$1-$2 go_line=$2
    shift 2
    mkdir -p "$src"
    cp -p "$here"/../../examples/see/*.go "$src/"
    sed "s/^go .*/go $go_line/" "$here/../../examples/see/go.mod" >"$src/go.mod"
    local file
    for file; do cp -pr "$here/$file" "$src/"; done
}

for go_line in 1.17 1.25; do
    compose plain $go_line child.go
    compose c $go_line child.go readers.go readers.c readers.h
    compose part $go_line part.go
    compose plugin $go_line plugin.go plugin
done
mkdir -p "$dir/src/live" "$dir/bin"
cp -p "$here"/live/* "$dir/src/live/"

# What a program is made of, so that it is made anew when that changes.
stamp_of() { # SOURCE WORD…
    local src=$dir/src/$1
    shift
    {
        find "$src" "$here"/{host,readers}* -type f -print0 | LC_ALL=C sort -z | xargs -0 cat
        declare -f build_kind build_host
        echo "$*"
    } | sha256sum
}

# A C program that Go is a part of, on a copy of its C sources.
build_host() { # NAME ARGUMENT…
    local name=$1
    shift
    "$CC" -O2 -U_FORTIFY_SOURCE -D_GNU_SOURCE -pthread -o "$dir/bin/$name" "$here"/host.c "$here"/readers.c "$@"
    cp "$here/host.py" "$dir/bin/$name.py"
}

build_kind() { # KIND NAME SOURCE GO_FLAG…
    local kind=$1 out=$dir/bin/$2 name=$2
    shift 3
    case $kind in
    exe) go_release "$goroot" build "$@" -o "$out" . ;;
    pie) go_release "$goroot" build -buildmode=pie "$@" -o "$out" . ;;
    race) go_release "$goroot" build -race "$@" -o "$out" . ;;
    plugin)
        go_release "$goroot" build "$@" -o "$out" .
        go_release "$goroot" build -buildmode=plugin "$@" -o "$out.so" ./plugin
        ;;
    c-archive)
        go_release "$goroot" build -buildmode=c-archive "$@" -o "$out.a" .
        build_host "$name" -DHAS_PART "$out.a"
        rm "$out.a" "$out.h"
        ;;
    c-shared)
        go_release "$goroot" build -buildmode=c-shared "$@" -o "$out.so" .
        build_host "$name" -ldl
        rm "$out.h"
        ;;
    esac
}

# Builds one program unless the same sources, flags and release made the one there.
build() { # RELEASE MODE
    local release=$1 name=$1-$2 module=1.17 compiler source kind stamp
    read -r compiler source kind <<<"$mode_build"
    case $compiler in
    cc) compiler=$cc ;;
    musl-gcc) compiler=$musl_gcc ;;
    esac
    [ "$(minor "$release")" -lt 25 ] || module=1.25
    if [[ $source = *-old ]]; then source=${source%-old} module=1.17; fi
    source=$source-$module
    stamp=$(stamp_of "$source" "$release $mode_build $mode_ldflags")
    if [ -x "$dir/bin/$name" ] && [ "$(cat "$dir/bin/.$name" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    echo "building $name" >&2
    (
        export CC=$compiler CGO_ENABLED=1
        [ "$compiler" != none ] || export CC=$cc CGO_ENABLED=0
        cd "$dir/src/$source"
        build_kind "$kind" "$name" "$source" "-ldflags=${mode_ldflags/LOADER/$interpreter_musl}"
    )
    echo "$stamp" >"$dir/bin/.$name"
}

# Whether the release is to be built in the mode that was read.
is_wanted() { # RELEASE MODE
    [ "$(minor "$1")" -ge "$(minor "$mode_since")" ] || return
    [[ $2 != musl-* ]] || command -v "$musl_gcc" >/dev/null || return
    if [ -n "$arm64" ]; then
        [ "$mode_form" = each ] || return
        [ -n "$is_long" ] || [[ $2 =~ ^(external|internal)$ ]]
    else
        [ "$mode_form" = each ] || [[ " $some $newest " = *" $1 "* ]]
    fi
}

build_release() { # RELEASE
    local release=$1 goroot mode
    goroot=$(go_root "$fetcher" "$release")
    for mode in $(mode_list); do
        mode_read "$mode"
        is_wanted "$release" "$mode" || continue
        [ "$mode_program" != "$mode" ] || build "$release" "$mode"
        echo "$release $mode $release-$mode_program" >>"$dir/list.new"
    done
    [ -n "$arm64" ] ||
        (cd "$dir/src/live" && go_release "$goroot" build -ldflags=-w -o "$dir/bin/$release-live" .)
    [ -n "$arm64" ] ||
        (cd "$here/heap" && go_release "$goroot" build -ldflags=-w -o "$dir/bin/$release-heap" .)
    # Stripped, as services are.
    [ -n "$arm64" ] || [ "$(minor "$release")" -lt 19 ] ||
        (cd "$here/kinds" && CGO_ENABLED=1 CC=cc go_release "$goroot" build "-ldflags=-s -w" \
            -o "$dir/bin/$release-kinds" .)
    if [ -z "$arm64" ] && [[ " $some $newest " = *" $release "* ]]; then
        (cd "$here/stress" && CGO_ENABLED=1 CC=cc go_release "$goroot" build -ldflags=-w \
            -o "$dir/bin/$release-stress" .)
    fi
}

# Two programs without Go.
build_readers() {
    $cc -O2 -D_GNU_SOURCE -pthread -o "$dir/bin/readers" "$here"/readers*.c
    if command -v "$musl_gcc" >/dev/null; then
        "$musl_gcc" -O2 -U_FORTIFY_SOURCE -D_GNU_SOURCE -pthread -o "$dir/bin/readers-musl" "$here"/readers*.c
    fi
}

# The program that loads a seccomp filter, with the module it needs.
build_seccomp() { # RELEASE
    local goroot src=$dir/src/seccomp
    mkdir -p "$src"
    cp -p "$here"/seccomp/* "$src/"
    [ -d "$src/vendor" ] || (cd "$src" && GOFLAGS= GOTOOLCHAIN=local "$fetcher" mod vendor)
    goroot=$(go_root "$fetcher" "$1")
    (export CGO_ENABLED=1 CC=cc && cd "$src" &&
        go_release "$goroot" build -mod=vendor -ldflags=-w -o "$dir/bin/$1-seccomp" .)
}

# The programs whose calls are looked at, with a C library and without.
build_needs() { # RELEASE
    local goroot src=$dir/src/needs line=1.17
    [ "$(minor "$1")" -lt 25 ] || line=1.25
    mkdir -p "$src"
    cp -p "$here"/needs/*.go "$src/"
    sed "s/^go .*/go $line/" "$here/needs/go.mod" >"$src/go.mod"
    goroot=$(go_root "$fetcher" "$1")
    (cd "$src" && CGO_ENABLED=1 CC=cc go_release "$goroot" build -ldflags=-w -o "$dir/bin/$1-needs" . &&
        CGO_ENABLED=0 go_release "$goroot" build -ldflags=-w -o "$dir/bin/$1-needs-static" .)
}

# Static ones: storm says what it finds of a tracer, noise uses CPUs in several ways.
build_static() { # NAME RELEASE
    local goroot
    goroot=$(go_root "$fetcher" "$2")
    (cd "$here/$1" && CGO_ENABLED=0 go_release "$goroot" build -o "$dir/bin/$2-$1" .)
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
    [ -n "$arm64" ] || { build_seccomp "$release" && build_needs "$release"; }
done
mv "$dir/list.new" "$dir/list"
for release in $some $newest; do [ -n "$arm64" ] || build_static storm "$release"; done
[ -n "$arm64" ] || build_static noise "$newest"
[ -n "$arm64" ] || "$here/resize.sh" ${is_long:+--long} "$dir" "$fetcher" "$newest"
