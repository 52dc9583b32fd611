#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the programs whose limits the vm suite changes, for build.sh: resize, of some
# releases, linked in some ways.
#
#   resize.sh [--long] DIR FETCHER NEWEST      programs in DIR/bin, a line
#                                              "RELEASE MODE NAME" for each in DIR/resize
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/toolchain.sh"
releases=1.22.2 modes='external internal' newest_modes=musl-internal
static_releases='1.19.13 1.22.2'
if [ "$1" = --long ]; then
    releases='1.17.13 1.19.13 1.21.13 1.22.2 1.24.13 1.25.12 1.26.8'
    modes='external internal pie pie-external musl-external musl-internal' newest_modes=
    shift
fi
dir=$(cd "$1" && pwd) fetcher=$2 newest=$3
interpreter_musl=/lib/ld-musl-$(uname -m).so.1

# Sets `cc`, `flags` and `ldflags`. Half of them are stripped.
mode_flags() { # MODE
    cc=cc flags=() ldflags='-s -w -buildid='
    case $1 in
    *external) flags=(-tags own_c) ldflags="-linkmode=external ${ldflags/-s/}" ;;
    internal) ldflags="-linkmode=internal $ldflags" ;;
    esac
    case $1 in pie*) flags+=(-buildmode=pie) ;; esac
    case $1 in static | pie-nocgo) cc=none ;; esac
    case $1 in musl*) cc=musl-gcc ;; esac
    case $1 in musl-internal) ldflags="-linkmode=internal $ldflags -I $interpreter_musl" ;; esac
    case $1 in pie-external) ldflags="-s $ldflags" ;; esac
}

# From Go 1.25 on the module's line decides whether the runtime follows its limit itself.
build() { # RELEASE MODE
    local name=$1-resize-$2 go_line=1.17 src cc flags ldflags stamp
    case $1 in 1.2[5-9].* | 1.[3-9][0-9].*) go_line=1.25 ;; esac
    mode_flags "$2"
    [ $cc = none ] || command -v $cc >/dev/null || return 0
    src=$dir/src/resize-$go_line
    mkdir -p "$src"
    cp -p "$here"/resize/*.go "$src/"
    sed "s/^go .*/go $go_line/" "$here/resize/go.mod" >"$src/go.mod"
    stamp=$(cat "$src"/* "$here/resize.sh" <(echo "$name ${flags[*]} $ldflags") | sha256sum)
    echo "$1 $2 $name" >>"$dir/resize.new"
    [ "$(cat "$dir/bin/.$name" 2>/dev/null)" != "$stamp" ] || return 0
    echo "building $name" >&2
    (export CC=$cc CGO_ENABLED=1
        [ $cc != none ] || export CC=cc CGO_ENABLED=0
        cd "$src" && go_release "$(go_root "$fetcher" "$1")" \
        build ${flags[@]+"${flags[@]}"} "-ldflags=$ldflags" -o "$dir/bin/$name" .)
    echo "$stamp" >"$dir/bin/.$name"
}

rm -f "$dir/resize.new"
for release in $releases $newest; do
    for mode in $modes; do build "$release" "$mode"; done
done
for mode in $newest_modes pie-nocgo; do build "$newest" "$mode"; done
for release in $static_releases $newest; do build "$release" static; done
mv "$dir/resize.new" "$dir/resize"
