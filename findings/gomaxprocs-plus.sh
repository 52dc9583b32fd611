#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go 1.26 takes a plus sign in GOMAXPROCS, Go 1.25 drops the whole value in silence.
#
# Seen with go1.25.14 and go1.26.11, linux/amd64, a program that prints
# runtime.GOMAXPROCS(0), on 2 CPUs:
#
#   GOMAXPROCS=7     1.25: 7    1.26: 7
#   GOMAXPROCS=+7    1.25: 2    1.26: 7
#
# Up to 1.25 the runtime has a number reader of its own, which knows the minus only; from 1.26
# on it uses the one of the standard library. Who reads the variable beside Go must know the
# release to say what it means.
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD GODEBUG GOMEMLIMIT
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache

changed() {
    echo "gomaxprocs-plus: $*" >&2
    exit 1
}

cat >go.mod <<'END'
module example.org/count

go 1.21
END
cat >main.go <<'END'
package main

import "runtime"

func main() { println(runtime.GOMAXPROCS(0)) }
END

# A count that no default can have.
count=$(($(nproc --all) + 5))

# Whether GOMAXPROCS=VALUE gave the count.
is_taken() { # RELEASE VALUE
    [ "$(GOMAXPROCS=$2 "./count-$1" 2>&1)" = $count ]
}

for release in go1.25.14 go1.26.11; do
    GOTOOLCHAIN=$release go build -o count-$release . || exit 77
    [[ $(go version count-$release) = *": $release" ]] || exit 77
    is_taken $release $count || changed "$release does not take $count"
done
! is_taken go1.25.14 +$count || changed "go1.25.14 takes +$count"
is_taken go1.26.11 +$count || changed "go1.26.11 does not take +$count"
echo "as described"
