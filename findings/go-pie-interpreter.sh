#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# With -buildmode=pie a Go program without cgo asks for glibc's dynamic loader, though it needs no
# library. In an image from scratch, or with musl, it does not start: "no such file or directory", which
# reads as if the program itself were missing.
#
# Seen with go1.25.14, linux/amd64, CGO_ENABLED=0, each program alone in an empty root folder:
#
#   go build                   runs
#   go build -buildmode=pie    interpreter /lib64/ld-linux-x86-64.so.2, no NEEDED entry, does not start
#
# So one flag that is meant to harden a program ties it to the image. "go build" says nothing of it.
#
# Needs go 1.21 or newer, a module proxy, readelf, and the right to chroot in a user namespace or as
# root. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$folder/main"
cd "$folder/main"
unset LD_PRELOAD GODEBUG
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache
export GOTOOLCHAIN=go1.25.14 CGO_ENABLED=0 GOARCH=amd64 LC_ALL=C

[ "$(uname -m)" = x86_64 ] && type readelf chroot >/dev/null || exit 77
unshare -r chroot / true || exit 77
cat >go.mod <<'END'
module example.org/hello

go 1.21
END
cat >main.go <<'END'
package main

func main() { println("runs") }
END

see() { # FORM
    mkdir "$1"
    go build -buildmode="$1" -o "$1/hello" . || exit 77
    readelf -lW "$1/hello" | sed -n 's/.*program interpreter: \(.*\)\]/interpreter \1/p'
    readelf -dW "$1/hello" | grep -F '(NEEDED)' || :
    unshare -r chroot "$1" /hello 2>&1 || :
}
exe=$(see exe) pie=$(see pie)
printf 'exe: %s\npie: %s\n' "$exe" "$pie"
if [ "$exe" != runs ] || [[ $pie != "interpreter /lib64/ld-linux-x86-64.so.2"*"No such file"* ]] ||
    [[ $pie = *NEEDED* ]]; then
    echo "go-pie-interpreter: this differs from what was described" >&2
    exit 1
fi
echo "as described"
