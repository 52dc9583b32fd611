#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that got an old version of a function of glibc's gets it still: versions.sh OBJECT
# PROGRAM. The new version stays a hook's.
set -eu
object=$1 program=$2
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
echo 'echo it ran' >"$work/script"
chmod +x "$work/script"

fail() { # TEXT
    echo "$label: $1"
    cat "$work/out"
    failures=$((failures + 1))
}

# The same with the object as without it, and a line that is wanted.
same() { # LINE ARGUMENT…
    line=$1
    shift
    label=$*
    "$program" "$@" >"$work/plain" 2>&1
    LD_PRELOAD=$object "$program" "$@" >"$work/out" 2>&1 || fail "status $?"
    cmp -s "$work/plain" "$work/out" || fail 'differs from without'
    grep -q "$line" "$work/out" || fail "has no line \"$line\""
}

same 'it ran' spawn "$work/script"
same 'it ran' spawnp "$work/script"
same 'Exec format error' new-spawn "$work/script"
same 'Exec format error' new-spawnp "$work/script"
same 'old 0, beside it -1' timer
same 'old 0, new 0' list
same 'sched 0' masks
same 'attr 0 0' masks

# Only what is asked for by its new version meets the hook.
LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bindings LD_PRELOAD=$object "$program" masks >"$work/out"
label='who answers'

answers() { # VERSION NAME…
    version=$1
    shift
    for name; do
        grep -q "versions \[0\] to .*libsnug.so.*\`$name' \[$version\]" "$work"/bindings.* ||
            fail "$name of $version passes the object by"
        grep -q "versions \[0\] to .*libc.so.6.*\`$name' \[GLIBC_2.2.5\]" "$work"/bindings.* ||
            fail "$name of glibc 2.2.5 does not come from libc"
    done
}
answers GLIBC_2.15 posix_spawn posix_spawnp
answers 'GLIBC_2.[34][.34]*' timer_create lio_listio64

# The old form of the masks is shown what the new one is.
label='one CPU is shown'
env SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD="$object" "$program" masks >"$work/out" 2>&1 || fail "status $?"
for line in 'sched 0, 1 CPUs' 'pthread 0, 1 CPUs' 'again 0, 1 CPUs'; do
    grep -qx "$line" "$work/out" || fail "no line \"$line\""
done
exit "$failures"
