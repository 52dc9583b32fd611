#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A variable that Go itself ignores still switches automaxprocs and automemlimit off: both ask
# whether it is present, not whether it says something.
#
# Seen with automaxprocs 1.6.0 and automemlimit 1.0.1, go1.25.14, linux/amd64, a program that
# calls maxprocs.Set, and memlimit.Set with a provider that says 1 GiB:
#
#   (none)               maxprocs: Leaving GOMAXPROCS=2: CPU quota undefined
#                        limit 966367641
#   GOMAXPROCS=          maxprocs: Honoring GOMAXPROCS="" as set in environment
#   GOMAXPROCS=2.5       maxprocs: Honoring GOMAXPROCS="2.5" as set in environment
#   GOMEMLIMIT=          limit 9223372036854775807
#
# In the last three Go runs with its own default, as if nothing were set (GOMAXPROCS=2.5 is no
# number to it), and no error is given. A pod template that writes the variable with an empty
# value, or with a limit of "2.5", therefore loses both the library and the setting.
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD GODEBUG GOMAXPROCS GOMEMLIMIT AUTOMEMLIMIT
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache
export GOTOOLCHAIN=go1.25.14

changed() {
    echo "limits-from-nothing: $*" >&2
    exit 1
}

cat >main.go <<'END'
package main

import (
	"fmt"
	"runtime"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"go.uber.org/automaxprocs/maxprocs"
)

func say(format string, values ...any) { fmt.Printf(format+"\n", values...) }

func main() {
	say("start %d", runtime.GOMAXPROCS(0))
	if _, err := maxprocs.Set(maxprocs.Logger(say)); err != nil {
		say("error %v", err)
	}
	say("count %d", runtime.GOMAXPROCS(0))
	limit, err := memlimit.Set(memlimit.WithProvider(memlimit.Limit(1 << 30)))
	say("limit %d %v", limit, err)
}
END
{
    go mod init example.org/limits
    go get go.uber.org/automaxprocs@v1.6.0 github.com/KimMachineGun/automemlimit@v1.0.1
    go build -o limits .
} 2>log || { cat log >&2 && exit 77; }

seen=$(./limits)
start=$(sed -n 's/^start //p' <<<"$seen")
! grep -q Honoring <<<"$seen" || changed "a variable is honoured where there is none"
grep -qx 'limit 966367641 <nil>' <<<"$seen" || changed "no limit is set without a variable"

for value in "" 2.5; do
    seen=$(GOMAXPROCS=$value ./limits)
    grep -qF "Honoring GOMAXPROCS=\"$value\" as set" <<<"$seen" ||
        changed "automaxprocs does not honour GOMAXPROCS=$value"
    grep -qx "count $start" <<<"$seen" || changed "GOMAXPROCS=$value is not the default for Go"
done
seen=$(GOMEMLIMIT= ./limits)
grep -qx 'limit 9223372036854775807 <nil>' <<<"$seen" ||
    changed "automemlimit sets a limit beside an empty GOMEMLIMIT"
echo "as described"
