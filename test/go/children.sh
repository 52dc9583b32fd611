# SPDX-License-Identifier: LGPL-2.1-or-later
# What snug sets is for the program alone: its children, which may be static, switched off, or in
# another cgroup, get the variables that the program was given, and at most the record of a tie or of what was told. For the
# script that sources this, of which it uses all.

# Prints what a child of the program is given that it could have from snug.
handed_on() { # VARIABLE… PROGRAM
    env "SEE_CHILD=tr '\\0' '\\n' </proc/\$\$/environ" LD_PRELOAD="$object" "$@" >"$work/out" 2>"$work/err"
    grep -E '^child (GO|SNUG_SET|$)' "$work/out" | sed 's/^child //; s/:[0-9:]*$//'
}

test_children() {
    local release mode name settings label given expected status
    while read -r release mode name; do
        mode_read "$mode"
        given='SNUG_CPU_COUNT=1 SNUG_MEMORY_LIMIT=200M SNUG_MEMORY_GOGC=70'
        if [ "$mode" = c-archive ]; then
            status=0
            env $given LD_PRELOAD="$object" "$bin/$name" >"$work/why" 2>&1 || status=1
            grep -qx 'GOMEMLIMIT 209715200' "$work/why" &&
                grep -qx 'C later variables 0' "$work/why" || status=1
            result $status "$name leaves nothing to the C program that it is a part of"
        fi
        [ "$mode_reached" = window ] && [ "$mode_program" = "$mode" ] && [[ $mode_start == preload* ]] &&
            [[ $mode_build =~ (plain|plain-old|c)\ (exe|pie|race) ]] || continue
        while IFS='|' read -r label settings expected; do
            status=0
            handed_on $given $settings "$bin/$name" >"$work/handed" || true
            cat "$work/out" "$work/err" "$work/handed" >"$work/why"
            [ "$(cat "$work/handed")" = "$expected" ] &&
                grep -qx "GOMEMLIMIT $(shown_limit "$release" 209715200)" "$work/out" &&
                grep -qx 'GOMAXPROCS 1' "$work/out" || status=1
            # C code sees what children are given.
            if grep -q '^C ' "$work/out"; then
                grep -qx "C variables $(grep -c '^GO' "$work/handed")" "$work/out" &&
                    grep -qx 'C ticks 100' "$work/out" || status=1
            fi
            result $status "$name hands on $label"
        done <<END
nothing|SNUG_LOG=off|
a tie alone|SNUG_CHILD_PDEATHSIG=TERM|SNUG_SET=pdeathsig=15
that mistakes have been told|SNUG_CPU_ROUND=x|SNUG_SET=told
both|SNUG_CPU_ROUND=x SNUG_CHILD_PDEATHSIG=TERM|SNUG_SET=told pdeathsig=15
the user's value|SNUG_LOG=off GOGC=50|GOGC=50
END
    done <"$list"
}
