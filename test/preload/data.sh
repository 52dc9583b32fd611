#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs with much initialised data, C's before Go's build information and Go's behind it:
# data.sh OBJECT SNUG. Each is known for a Go program, by the object and by the command.
set -eu
object=$1 snug=$(realpath "$2")
for command in go readelf; do
    command -v $command > /dev/null || { echo "not installed: $command"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
failures=0
export CGO_ENABLED=1 GO111MODULE=off GOFLAGS=

mkdir main
cat > main/main.go << 'END_OF_FILE'
package main

// int weight(int i);
import "C"
import (
	"fmt"
	"os"
	"runtime"
)

var numbers = [1 << 20]int{1}

//export Show
func Show() {
	fmt.Println("GOMAXPROCS", runtime.GOMAXPROCS(0), C.weight(0), numbers[os.Getpid()&1])
}

func main() { Show() }
END_OF_FILE
# As `xxd -i` makes it of a file.
echo 'unsigned char model[6 << 20] = {1}; int weight(int i) { return model[i]; }' > main/model.c

build() { # NAME LDFLAGS GO_FLAG…
    name=$1 ldflags=$2
    shift 2
    (cd main && go build "$@" -ldflags="$ldflags" -o "../$name")
}

# The information must lie where a search of 2 MiB from either end does not come to.
is_deep() { # FILE
    for section in .data .noptrdata; do
        size=$(readelf -SW "$1" |
            sed -n "s/.* \\$section *PROGBITS *[0-9a-f]* [0-9a-f]* \\([0-9a-f]*\\) .*/\\1/p")
        [ $((0x$size)) -gt $((2 << 20)) ] || return 1
    done
}

is_known() { # FILE
    is_deep "$1" || { echo "$1: its data lie otherwise"; failures=$((failures + 1)); }
    SNUG_CPU_COUNT=1 LD_PRELOAD=$object "./$1" > out
    grep -q '^GOMAXPROCS 1 ' out || { echo "$1: the object: $(cat out)"; failures=$((failures + 1)); }
    "$snug" explain --json -- "./$1" > out
    grep -q '"is_go": true' out || { echo "$1: snug explain"; failures=$((failures + 1)); }
}

build exe -linkmode=external
build no-note '-linkmode=external -buildid= -s -w'
build pie -linkmode=external -buildmode=pie
build part.a '' -buildmode=c-archive
echo '#include "part.h"
int main(void) { Show(); return 0; }' > host.c
cc -o archive host.c part.a -lpthread

[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
for program in exe no-note pie archive; do is_known $program; done
exit "$failures"
