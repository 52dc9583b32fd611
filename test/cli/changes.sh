#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug explain --diff`: only what is not as it would be without snug. explain.sh has the rest.
#
#   changes.sh SNUG STATIC_PROGRAM
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
snug=$(realpath "$1") static=$(realpath "$2")
make_tree "$work/tree"

changes() { # STATUS ARGUMENT…
    expected_status=$1
    shift
    try "$expected_status" "$snug" explain --root "$work/tree" --diff "$@"
}

by_default() {
    changes 0
    is_calm
    prints_line '  CPUs            2 (0-1) in place of 8: the CPU limit, rounded'
    prints '  GOMEMLIMIT      241172480 bytes (230 MiB) in place of none: '
    prints_no GOMAXPROCS
    prints_no Facts
    prints_no 'left alone'
    [ "$(wc -l <"$work/out")" = 3 ] || fail 'says more'
}

what_was_asked_for() {
    GOMEMLIMIT=100MiB changes 0 --memory.gogc=50 --memory.present=on --cpu.count=3 \
        --span.huge=always --malloc.arenas=2 --child.pdeathsig=TERM --prctl.thp=own \
        --span.align=2M --follow=on
    prints_line '  CPUs            3 (0-2) in place of 8: cpu.count is a number'
    prints '  GOMAXPROCS      3 in place of none: '
    prints_line '  GOGC            50 in place of none: memory.gogc is given'
    prints "  memory for C    268435456 bytes (256 MiB) in place of the machine's: "
    prints_line '  heap huge pages advised for all of it: span.huge = always'
    prints '  large ranges    at multiples of 2097152 bytes (2 MiB): '
    prints '  children        SIGTERM: '
    prints "  malloc's arenas at most 2: "
    prints '  huge pages      not changed by C code: '
    prints '  followed CPUs   by GOMAXPROCS and C code: '
    prints_no '  GOMEMLIMIT '
}

nothing() {
    changes 0 --cpu.count=off --memory.limit=off
    prints_line '  snug            nothing is changed; without --diff it says why'
    SNUG=off changes 0
    prints '  snug            nothing is changed: '
    changes 0 -- "$static"
    prints_line 'Notes'
    for other in --json --all; do
        changes 125 $other
        complains '--diff excludes --all and --json'
    done
}

by_default
what_was_asked_for
nothing
end
