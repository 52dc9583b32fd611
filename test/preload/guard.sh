#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seccomp.guard with C programs: guard.sh OBJECT FILTERS. The lines name exactly the calls that
# are refused when they are made, however the filter is loaded; with seccomp.guard = log the
# program outlives a call that the filter kills for.
set -eu
object=$1 filters=$2
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
ulimit -c 0

fail() { # LABEL FILE…
    echo "$1:"
    shift
    head -n 20 "$@"
    failures=$((failures + 1))
}

# Loads under snug; its lines go to $work/lines, the program's to $work/out.
load() { # GUARD HOW WHAT
    : > "$work/lines"
    r=0
    SNUG_SCOPE=all SNUG_SECCOMP_GUARD=$1 SNUG_LOG_FILE=$work/lines LD_PRELOAD=$object \
        "$filters" load "$2" "$3" > "$work/out" 2> "$work/err" || r=$?
    # The shell names the signal that ended the program there.
    sed -i '/^Bad system call/d; /^Segmentation fault/d; /^Trace/d' "$work/err"
    [ ! -s "$work/err" ] || fail "$1 $2 $3: standard error" "$work/err"
}

# The refusals, as filters.c words them.
refusals() {
    sed -n 's/^snug\[[0-9]*\]: seccomp: the filter refuses //p' "$work/lines" |
        sed 's/; logged instead$//; s/, which does no harm$//; s/kills the .*/kills/'
}

snug=68 # Whose calls: SNUG_NEEDS_SNUG and, since the guard is on, _RARE.
for case in deny allow all foreign blind; do
    "$filters" write $case "$work/$case"
    "$filters" expect "$work/$case" $snug 0 > "$work/expected"
    case $case in
    all) [ ! -s "$work/expected" ] || fail "$case refuses" "$work/expected" ;;
    *) [ -s "$work/expected" ] || fail "$case refuses nothing" "$work/expected" ;;
    esac
    hows='prctl syscall'
    case $case in deny | allow | all) hows="$hows libseccomp" ;; esac
    for how in $hows; do
        what=$work/$case
        [ $how != libseccomp ] || what=$case
        for guard in audit log; do
            load $guard $how "$what"
            refusals > "$work/found"
            cmp -s "$work/expected" "$work/found" ||
                fail "$guard $how $case: expected, then found" "$work/expected" "$work/found"
            case $guard-$case in
            audit-foreign) continue ;; # It may neither write nor exit.
            audit-all | log-*) survives=0 ;;
            audit-*) survives=159 ;; # Killed for tgkill.
            esac
            grep -qx survived "$work/out" && has_survived=0 || has_survived=159
            [ $r = $survives ] && [ $has_survived = $survives ] ||
                fail "$guard $how $case: exit $r" "$work/out"
        done
    done
done

# The mistake that began it all: 317 is seccomp on amd64, on arm it is 383.
load audit prctl "$work/foreign"
grep -q 'names number 383, which is no system call of .*another table' "$work/lines" ||
    fail 'number 383 is not named' "$work/lines"
load audit prctl "$work/blind"
grep -q 'does not look at the architecture' "$work/lines" ||
    fail 'the missing test of the architecture' "$work/lines"
for case in deny allow all foreign; do
    load audit prctl "$work/$case"
    ! grep 'architecture' "$work/lines" || fail "$case looks at the architecture" "$work/lines"
done
for case in deny allow all; do
    load audit prctl "$work/$case"
    ! grep 'names number' "$work/lines" || fail "$case has the right numbers" "$work/lines"
done

# Without a file the lines go to standard error; without the guard there are none.
for guard in off audit; do
    SNUG_SCOPE=all SNUG_SECCOMP_GUARD=$guard LD_PRELOAD=$object \
        "$filters" load prctl "$work/foreign" > "$work/out" 2> "$work/$guard.err" || :
done
! grep 'snug' "$work/off.err" || fail 'seccomp.guard = off speaks' "$work/off.err"
grep -q 'names number 383' "$work/audit.err" || fail 'no line on standard error' "$work/audit.err"

# A name for every number, where information is asked for.
SNUG_SCOPE=all SNUG_SECCOMP_GUARD=audit SNUG_LOG=info SNUG_LOG_FILE=$work/info \
    LD_PRELOAD=$object "$filters" load prctl "$work/allow" > "$work/out" || :
for name in read write mmap rt_sigprocmask exit_group futex; do
    grep 'the filter names' "$work/info" | grep -qw $name || fail "$name is not named" "$work/info"
done
exit "$failures"
