#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# docker/go-units drops the "i" of a unit: FromHumanSize takes MiB for 1,000,000 bytes, and
# RAMInBytes takes MB for 1,048,576.
#
# Seen with github.com/docker/go-units v0.5.0, go1.25.14, linux/amd64:
#
#             FromHumanSize    RAMInBytes
#   1MB             1000000       1048576
#   1MiB            1000000       1048576
#   1GiB         1000000000    1073741824
#
# The function decides, not the unit that was written, and no error is given. A memory limit
# read with the first is 7 % below what "GiB" says. GOMEMLIMIT itself takes MiB and GiB as
# powers of two.
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD GODEBUG
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache
export GOTOOLCHAIN=go1.25.14

cat >main.go <<'END'
package main

import "github.com/docker/go-units"

func main() {
	for _, size := range []string{"1MB", "1MiB", "1GiB"} {
		human, first := units.FromHumanSize(size)
		memory, second := units.RAMInBytes(size)
		println(size, human, memory, first == nil && second == nil)
	}
}
END
{
    go mod init example.org/units
    go get github.com/docker/go-units@v0.5.0
    go build -o units .
} 2>log || { cat log >&2 && exit 77; }

seen=$(./units 2>&1)
expected='1MB 1000000 1048576 true
1MiB 1000000 1048576 true
1GiB 1000000000 1073741824 true'
if [ "$seen" != "$expected" ]; then
    echo "units-mebibyte: go-units says" $seen >&2
    exit 1
fi
echo "as described"
