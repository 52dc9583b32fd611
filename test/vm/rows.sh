# SPDX-License-Identifier: LGPL-2.1-or-later
# Writing cases, for the scripts that source this: they set dir and only.

n_cases=0

# One case. BOX are lines "FILE VALUE" for the cgroup, EXPECT the lines that the
# output must contain; each may be several arguments long, with -- between. With is_alone set no
# other case runs beside it.
row() { # LABEL COMMAND BOX… -- EXPECT…
    local case
    [[ $1 =~ $only ]] || return 0
    n_cases=$((n_cases + 1))
    case=$dir/$(printf %03d $n_cases)
    mkdir "$case"
    [ -z "${is_alone-}" ] || : >"$case/alone"
    echo "$1" >"$case/label"
    echo "$2" >"$case/command"
    shift 2
    : >"$case/box"
    while [ "$1" != -- ]; do
        echo "$1" >>"$case/box"
        shift
    done
    shift
    printf '%s\n' "$@" >"$case/expect"
}
