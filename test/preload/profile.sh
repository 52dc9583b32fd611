#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run --seccomp` and `snug explain --seccomp`: profile.sh SNUG FILTERS. What is said to be
# refused is exactly what is refused to a program that was started under the profile.
set -eu
snug=$1 filters=$2 here=$(cd "$(dirname "$0")" && pwd)
failures=0
. "$here/../public.sh"
work=$(mktemp -d) public=
trap 'rm -rf "$work" ${public:+"$public"}' EXIT
trap 'exit 1' HUP INT TERM
ulimit -c 0

fail() { # LABEL FILE…
    echo "$1:"
    shift
    head -n 20 "$@"
    failures=$((failures + 1))
}

# In the words of filters.c, which makes each call under the filter.
refusals() {
    sed -n 's/^  refuses *//p' | grep -v '^none of' |
        sed 's/, which does no harm$//; s/kills the .*/kills/'
}

# A C program needs libc's calls and snug's, the assumed Go program those of Go as well, and all
# of them what the start needs: SNUG_NEEDS_….
c_program=14 go_program=15

# Under WRAPPER, whose capabilities the conditions are about.
compare_calls() { # LABEL WHO PROFILE PROGRAM WRAPPER…
    label="$1 for $2" who=$2 profile=$3 program=$4
    shift 4
    "$@" "$snug" explain --seccomp "$profile" $program 2>"$work/err" >"$work/said" ||
        fail "$label: explain" "$work/err"
    [ ! -s "$work/err" ] || fail "$label: explain" "$work/err"
    refusals <"$work/said" >"$work/said_refused"
    "$@" "$snug" run --seccomp "$profile" -- "$filters" expect - "$who" 0 \
        2>"$work/err" >"$work/refused" || fail "$label: run" "$work/err"
    cmp -s "$work/refused" "$work/said_refused" ||
        fail "$label: refused, then said" "$work/refused" "$work/said_refused"
    [ -s "$work/refused" ] || fail "$label: nothing is refused" "$work/said"
}

compare() { # LABEL PROFILE WRAPPER…
    label=$1 profile=$2
    shift 2
    compare_calls "$label" $c_program "$profile" "$filters" "$@"
    compare_calls "$label" $go_program "$profile" '' "$@"
}

is_refused() { # CALL
    grep -q "^$1 " "$work/go"
}

# The needs of a Go program, by a profile with conditions.
conditions() { # WRAPPER…
    "$@" "$snug" explain --seccomp "$here/allow.json" | refusals >"$work/go"
}

compare 'deny' "$here/deny.json"
compare 'allow' "$here/allow.json"
grep -q 'skipped *names that libseccomp does not know: no_such_call' "$work/said" &&
    fail 'allow names only known calls' "$work/said"
"$snug" explain --seccomp "$here/deny.json" >"$work/said"
grep -q 'skipped .*: no_such_call$' "$work/said" || fail 'an unknown name' "$work/said"
"$snug" run --seccomp "$here/deny.json" -- true 2>"$work/err"
grep -q 'skipped, since libseccomp does not know them: no_such_call' "$work/err" ||
    fail 'an unknown name at the start' "$work/err"

conditions
for call in epoll_create1 epoll_ctl setitimer timer_create; do
    is_refused $call || fail "$call is allowed" "$work/go"
done
! is_refused prctl || fail 'prctl is refused' "$work/go"
if command -v setpriv >"$work/where" && [ "$(id -u)" = 0 ]; then
    compare 'allow with few capabilities' "$here/allow.json" \
        setpriv --bounding-set -sys_admin,-syslog --inh-caps -all
    conditions setpriv --bounding-set +sys_admin,+syslog
    is_refused nanosleep && ! is_refused sched_yield || fail 'both capabilities' "$work/go"
    conditions setpriv --bounding-set -syslog --inh-caps -all
    is_refused nanosleep && is_refused sched_yield || fail 'one capability' "$work/go"
    conditions setpriv --bounding-set -sys_admin,-syslog --inh-caps -all
    ! is_refused nanosleep && is_refused sched_yield || fail 'no capability' "$work/go"
    # Without the right to load a filter, new privileges are given up for it. Another user may not
    # reach this folder.
    public=$(public_make)
    cp "$snug" "${snug%/*}/libsnug.so" "$filters" "$here/deny.json" "$public/"
    own_snug=$snug own_filters=$filters
    snug=$public/${snug##*/} filters=$public/${filters##*/}
    compare 'deny as another user' "$public/deny.json" setpriv --reuid 65534 --clear-groups
    setpriv --reuid 65534 "$snug" run --seccomp "$public/deny.json" \
        -- grep NoNewPrivs: /proc/self/status >"$work/out" 2>"$work/err"
    grep -q '1$' "$work/out" || fail 'no_new_privs of another user' "$work/out"
    snug=$own_snug filters=$own_filters
    "$snug" run --seccomp "$here/deny.json" -- grep NoNewPrivs: /proc/self/status \
        >"$work/out" 2>"$work/err"
    grep -q '0$' "$work/out" || fail 'no_new_privs of root' "$work/out"
fi

# A call that is newer than all that a profile names.
cat >"$work/newer.json" <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1500,
 "syscalls": [{"names": ["close"], "action": "SCMP_ACT_ALLOW"}]}
END
"$snug" explain --seccomp "$work/newer.json" | refusals >"$work/go"
for line in 'rseq .*: errno 38' 'clone3 .*: errno 38' 'read .*: errno 1500'; do
    grep -q "^$line" "$work/go" || [ "$(uname -m)" != x86_64 ] || fail "$line" "$work/go"
done

# What would kill is logged instead, and the program goes on.
r=0
"$snug" run --seccomp "$here/deny.json" -- "$filters" load none >"$work/out" 2>"$work/err" || r=$?
[ $r = 159 ] && ! grep -q survived "$work/out" || fail "status $r without --seccomp-log" "$work/out"
"$snug" run --seccomp "$here/deny.json" --seccomp-log -- "$filters" load none \
    >"$work/out" 2>"$work/err" || fail 'status with --seccomp-log' "$work/out"
grep -q survived "$work/out" || fail 'with --seccomp-log' "$work/out"

# The kill switch is not for the filter.
r=0
SNUG=off "$snug" run --seccomp "$here/deny.json" -- "$filters" load none >"$work/out" \
    2>"$work/err" || r=$?
[ $r = 159 ] || fail "status $r with SNUG=off" "$work/out"
exit "$failures"
