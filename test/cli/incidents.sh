#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The cases of examples/README.md: each command there gives the answer that is shown. A line
# "…" stands for lines that are left out; without one at the end the answer ends there.
#
#   incidents.sh SNUG TOP
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1")
cd "$2"
n_cases_min=8

# Whether the shown lines are the answer's, in its order, with nothing left out unsaid.
matches() { # SHOWN ANSWER
    awk '
        NR == FNR { answer[++n] = $0; next }
        { if ($0 == "…") { gap = 1; next } }
        {
            at++
            if (gap)
                while (at <= n && answer[at] != $0)
                    at++
            if (at > n || answer[at] != $0) { print "not in the answer: " $0; bad = 1; exit }
            gap = 0
        }
        END { if (!bad && !gap && at != n) print "the answer goes on: " answer[at + 1] }
    ' "$2" "$1"
}

# One file for each command: its arguments in the first line, then the lines shown.
awk -v work="$work" '
    /^```$/ { close(file); file = ""; next }
    /^\$ snug / { if (file) close(file); file = work "/case." ++n; print substr($0, 8) >file; next }
    file { print >file }
' examples/README.md

n=0
for case in "$work"/case.*; do
    n=$((n + 1))
    arguments=$(head -n 1 "$case")
    # shellcheck disable=SC2086 # Words of a command line without quotes.
    try 0 "$snug" $arguments
    is_calm
    tail -n +2 "$case" >"$work/shown"
    difference=$(matches "$work/shown" "$work/out")
    [ -z "$difference" ] || fail "$difference"
done
what='examples/README.md'
[ "$n" -ge "$n_cases_min" ] || fail "has $n commands, fewer than $n_cases_min"
end
