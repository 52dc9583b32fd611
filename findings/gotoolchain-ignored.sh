#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# With GO111MODULE=off the go command ignores GOTOOLCHAIN, and `go env` still shows it as set.
#
# Seen with the go command of go1.25.14, linux/amd64:
#
#   GOTOOLCHAIN=go1.24.13 go version                     go version go1.24.13 linux/amd64
#   GO111MODULE=off GOTOOLCHAIN=go1.24.13 go version     go version go1.25.14 linux/amd64
#   GO111MODULE=off GOTOOLCHAIN=go1.24.13 go env GOTOOLCHAIN GOVERSION
#                                                        go1.24.13
#                                                        go1.25.14
#
# The status is 0 and nothing is on standard error. A test that builds one file with several
# releases in this mode tries one release several times: ask the built program which it is
# (`go version FILE`).
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD GODEBUG
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache

changed() {
    echo "gotoolchain-ignored: $*" >&2
    exit 1
}

root=$(GOTOOLCHAIN=go1.25.14 go env GOROOT) || exit 77
go=$root/bin/go
[ "$(GOTOOLCHAIN=local "$go" env GOVERSION)" = go1.25.14 ] || exit 77

export GOTOOLCHAIN=go1.24.13
with_modules=$("$go" version) || exit 77
without=$(GO111MODULE=off "$go" version 2>&1) || changed "it fails without modules"
shown=$(GO111MODULE=off "$go" env GOTOOLCHAIN GOVERSION)

[[ $with_modules = "go version go1.24.13 "* ]] || changed "with modules it is $with_modules"
[[ $without = "go version go1.25.14 "* ]] || changed "without modules it is $without"
[ "$shown" = $'go1.24.13\ngo1.25.14' ] || changed "go env says" $shown
echo "as described"
