#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Several copies in one process, as where one is baked into an image and a pod brings another:
# copies.sh OBJECT. The first in load order serves, the others stand back; and all of them for an
# older one, which knows nothing of that.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
second=$work/again/libsnug.so older=$work/older.so
mkdir "$work/again"
cp "$object" "$second"
[ "$(nproc)" -ge 2 ] || exit 77 # Nothing can be narrowed.

line() { # LABEL WANTED GOT
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

# An older version, as far as another one can tell.
cat > "$work/older.c" <<'END'
int get_nprocs(void) { return 77; }
END
cc -shared -fPIC -Wl,-soname,libsnug.so -o "$older" "$work/older.c"

cat > "$work/see.c" <<'END'
#include <stdio.h>
#include <sys/sysinfo.h>
int main(void) { printf("%d\n", get_nprocs()); }
END

# What the program is shown, and how many copies say that they have started.
see() { # PROGRAM PRELOAD
    SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_LOG=info LD_PRELOAD=$2 "$1" 2>"$work/log" | tr '\n' ' '
    grep -c '^snug' "$work/log" || :
}

for cc in cc musl-gcc; do
    command -v $cc > "$work/where" || continue
    $cc -o "$work/see" "$work/see.c"
    line "$cc: one copy" '1 1' "$(see "$work/see" "$object")"
    line "$cc: two copies" '1 1' "$(see "$work/see" "$object:$second")"
    line "$cc: in the other order" '1 1' "$(see "$work/see" "$second:$object")"
done
cc -o "$work/see" "$work/see.c"
line 'an older copy first' '77 0' "$(see "$work/see" "$older:$object")"
line 'an older copy behind' '77 0' "$(see "$work/see" "$object:$older")"
line 'an older copy between' '77 0' "$(see "$work/see" "$object:$older:$second")"

# The mask that a Go program is left with, and the CPUs that it counts.
if command -v go > "$work/where"; then
    cat > "$work/main.go" <<'END'
package main

import "C"

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

func main() {
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Print(runtime.NumCPU(), " ", strings.Fields(strings.Split(string(status), "Cpus_allowed_list:")[1])[0], " ")
	if len(os.Args) > 1 {
		child := exec.Command(os.Args[0])
		child.Stdout = os.Stdout
		child.Run()
	}
}
END
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program main.go)
    plain=$("$work/program" | cut -d' ' -f2)
    for preload in "$object" "$object:$second" "$second:$object"; do
        line "Go and its child: $preload" "1 $plain 1 $plain " \
            "$(SNUG_CPU_COUNT=1 LD_PRELOAD=$preload "$work/program" again)"
    done
else
    echo 'not installed: go'
    [ "$failures" != 0 ] || exit 77
fi
exit "$failures"
