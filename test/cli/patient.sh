# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` on a captured machine, what it has printed, and its mends, for the tests that
# source this behind expect.sh and machine.sh.
tree=$work/tree group=$work/tree/sys/fs/cgroup

doctor() { # STATUS ARGUMENT…
    expected_status=$1
    shift
    try "$expected_status" "$snug" doctor --root "$tree" "$@"
}

# With VARIABLE=VALUE… in front, up to --.
doctor_with() { # STATUS VARIABLE… -- ARGUMENT…
    expected_status=$1 variables=
    shift
    while [ "$1" != -- ]; do
        variables="$variables $1"
        shift
    done
    shift
    try "$expected_status" env $variables "$snug" doctor --root "$tree" "$@"
}

# Does what a mend in a pod's specification does to the files of the container.
change_pod() { # MEND
    cpu=$(echo "$1" | sed -n 's/^resources: {limits: {cpu: "\([0-9]*\)"}}$/\1/p')
    mebibytes=$(echo "$1" | sed -n 's/^resources: {limits: {memory: "\([0-9]*\)Mi"}}$/\1/p')
    [ -z "$cpu" ] || echo "${cpu}00000 100000" >"$group/cpu.max"
    [ -z "$mebibytes" ] || echo "$((mebibytes << 20))" >"$group/memory.max"
    [ -n "$cpu$mebibytes" ] || fail "no such mend of a pod: $1"
}

# Runs a mend for the shell, with the tree as its root.
run_mend() { # MEND
    sh -c "$(echo "$1" | sed "s|>/|>$tree/|")"
}

# The last command printed that finding, in the text for people, which breaks lines.
finds() { # CHECK GRADE [TEXT]
    awk -v name="$1" '
        /^  [^ ]/ { on = $1 == name }
        on { sub(/^ */, ""); line = line (line == "" ? "" : " ") $0 }
        END { print line }' "$work/out" >"$work/finding"
    grep -qE "^$1 +$2: " "$work/finding" && grep -qF -e "${3-}" "$work/finding" ||
        fail "no $2 of $1: ${3-}; but: $(cat "$work/finding")"
}

# The lines of a mend, without what they are indented by.
mend_of() { # CHECK
    awk -v name="$1" '
        /^  [^ ]/ { on = $1 == name; is_mend = 0 }
        on && is_mend { sub(/^ */, ""); print }
        on && /^ *mend \(/ { is_mend = 1 }' "$work/out"
}

# … and it has a mend for that place.
has_mend() { # CHECK PLACE [MEND]
    awk -v name="$1" '/^  [^ ]/ { on = $1 == name } on' "$work/out" |
        grep -qxF -e "                  mend ($2):" || fail "no mend of $1 for the $2"
    [ -z "${3-}" ] || [ "$(mend_of "$1")" = "$3" ] || fail "another mend of $1: $(mend_of "$1")"
}
