#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# prctl and syscall pass as they are: prctl.sh OBJECT PROGRAM. The program's every call has the
# same result, errno and effect with snug and without; only PR_SET_THP_DISABLE differs, where
# the policy owns it.
set -eu
object=$1 program=$2
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

same() { # LABEL
    cmp -s "$work/plain" "$work/snug" && return
    echo "$1:"
    diff "$work/plain" "$work/snug" | head -n 20
    failures=$((failures + 1))
}

# With the object loaded either way, so that only what it does can differ.
SNUG=off LD_PRELOAD=$object "$program" > "$work/off"
"$program" > "$work/plain"
n_cases=$(grep -c '^option' "$work/plain")
[ "$n_cases" = 1274 ] || { echo "$n_cases cases"; failures=1; }

cp "$work/off" "$work/snug"
same 'SNUG=off'
LD_PRELOAD=$object "$program" > "$work/snug"
same 'scope = go'
for guard in off audit log; do
    SNUG_SCOPE=all SNUG_SECCOMP_GUARD=$guard SNUG_LOG_FILE=$work/log LD_PRELOAD=$object \
        "$program" > "$work/snug"
    same "seccomp.guard = $guard"
done

# Owned: a request that the kernel takes is answered, and nothing changes; a wrong one is
# refused by the kernel as ever.
SNUG_SCOPE=all SNUG_PRCTL_THP=own LD_PRELOAD=$object "$program" > "$work/owned"
cases() { # FILE: of option 41, a line each
    awk '/^option/ { is_it = $2 == "41,"; printf "%s", is_it ? "\n" : "" } is_it { printf "%s ", $0 }' "$1"
    echo
}
rest() { # FILE: all others
    awk '/^option/ { is_it = $2 == "41," } !is_it' "$1"
}
rest "$work/owned" > "$work/snug"
rest "$work/plain" > "$work/plain.rest"
mv "$work/plain" "$work/plain.all"
cp "$work/plain.rest" "$work/plain"
same 'prctl.thp = own, other options'

cases "$work/plain.all" | sed 's/THP_enabled:[^ ]*//' > "$work/plain.thp"
cases "$work/owned" > "$work/owned.thp"
expect() { # LABEL PATTERN COUNT FILE
    n=$(grep -c "$2" "$4" || :)
    [ "$n" = "$3" ] && return
    echo "$1: $n, expected $3"
    failures=$((failures + 1))
}
refused=$(grep -c 'result -1 errno 22' "$work/plain.thp")
[ "$refused" -ge 5 ] || expect 'the kernel refuses bad requests' 'result -1 errno 22' 5 "$work/plain.thp"
expect 'refused alike' 'result -1 errno 22' "$refused" "$work/owned.thp"
expect 'huge pages stay as they were' ' 42=0 .*THP_enabled:	1' 14 "$work/owned.thp"
if grep -q 'result 0 .* 42=1 ' "$work/plain.thp"; then :; else
    echo 'the plain program could not switch huge pages off'
    failures=$((failures + 1))
fi
exit "$failures"
