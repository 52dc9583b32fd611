#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `snug explain` says of memory that is shared out or requested, and of values that are there.
#
#   planned.sh SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
snug=$(realpath "$1")
tree=$work/tree
make_tree "$tree"

explain() { # STATUS ARGUMENT…
    expected_status=$1
    shift
    try "$expected_status" "$snug" explain --root "$tree" "$@"
}

what_is_planned_with() {
    explain 0 --memory.share=50% --memory.headroom=10%+16M
    prints '102760448 bytes (98 MiB): the memory limit less memory.headroom'
    echo max >"$tree/sys/fs/cgroup/memory.max"
    try 0 env SNUG_MEMORY_REQUEST_BYTES=536870912 "$snug" explain --root "$tree" --memory.request=env
    prints '482344960 bytes (460 MiB): no memory limit is known; memory.request less'
    try 0 env SNUG_MEMORY_REQUEST_BYTES=536870912 "$snug" explain --root "$tree"
    prints '  GOMEMLIMIT      left alone: no memory limit'
    echo 268435456 >"$tree/sys/fs/cgroup/memory.max"
    explain 0 --malloc.arenas=auto
    prints "  malloc's arenas at most 2: malloc.arenas = auto: as many as CPUs"
}

values_of_the_users_are_judged() {
    try 0 env GOMEMLIMIT=256MiB GOMAXPROCS=8 "$snug" explain --root "$tree"
    prints '  GOMEMLIMIT=256MiB: not below the memory limit'
    prints '  GOMAXPROCS=8: above the CPU limit: the program is throttled.'
    try 0 env GOMEMLIMIT=250MiB GOMAXPROCS=2 "$snug" explain --root "$tree" --json
    holds <<'END'
plan memory value_reason = "above 95% of the memory limit: little is left for what Go does not count"
plan memory go_limit_bytes = null
plan cpu value_reason = null
END
    try 0 env GOMEMLIMIT=80% "$snug" explain --root "$tree"
    prints '  GOMEMLIMIT=80%: Go ends at its start'
    try 0 env GOMEMLIMIT= GOMAXPROCS=0 "$snug" explain --root "$tree"
    prints '  variables       none of GOMAXPROCS, GOMEMLIMIT, GOGC is set'
    prints '241172480 bytes (230 MiB): the memory limit less memory.headroom'
}

what_is_planned_with
values_of_the_users_are_judged
end
