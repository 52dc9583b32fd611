# SPDX-License-Identifier: LGPL-2.1-or-later
# For test/run: what its suites say is shown and counted.

n_passed=0 n_failed=0 n_skipped=0 failures=

# Shows what is told of a suite. Of what failed the first lines are for the end, too: what
# is shown of a long output is often its end.
tell() { # SUITE TEXT
    local failed
    [ -z "$2" ] || echo "$2"
    failed=$(grep -A 6 '^  FAILED' <<<"$2" || true)
    [ -z "$failed" ] || failures+="$1:"$'\n'"$failed"$'\n'
}

# Reads TAP: shows what failed with what belongs to it, what was skipped with its reason, and
# tables ("#| …"), and counts.
count_tap() { # SUITE FILE STATUS
    local passed failed skipped shown
    shown=$(awk '
        /^ok .*# SKIP/ { shows = 0; sub(/^ok [0-9]* - /, ""); sub(/# SKIP/, "-"); print "  skipped: " $0; next }
        /^not ok/ { shows = 1; sub(/^not ok [0-9]* - /, ""); print "  FAILED: " $0; next }
        /^#\|/ { print "  " substr($0, 4); next }
        /^(ok|1\.\.)/ { shows = 0; next }
        shows && /^#/ { print "    " substr($0, 3) }' "$2")
    skipped=$(grep -c '^ok .*# SKIP' "$2" || true)
    passed=$(($(grep -c '^ok' "$2" || true) - skipped))
    failed=$(grep -c '^not ok' "$2" || true)
    if [ -n "${CI-}" ] && grep '^ok .*# SKIP' "$2" | grep -v 'machine lacks' >&2; then
        shown+="${shown:+$'\n'}  FAILED: skipped without need"
        failed=$((failed + 1)) skipped=$((skipped - 1))
    fi
    # A script that stopped half way has printed no plan.
    if [ "$3" != 0 ] || ! grep -qx "1\.\.$((passed + failed + skipped))" "$2"; then
        shown+="${shown:+$'\n'}  FAILED: $1 stopped before its end"
        shown+=$'\n'$(tail -n 20 "$2" | sed 's/^/    /')
        failed=$((failed + 1))
    fi
    tell "$1" "$shown"
    summarise "$1" "$passed" "$failed" "$skipped"
}

# With how long it took, what was installed and built for it included.
last_end=0
summarise() { # SUITE PASSED FAILED SKIPPED
    echo "$1: $2 passed, $3 failed, $4 skipped ($((SECONDS - last_end)) s)"
    last_end=$SECONDS
    n_passed=$((n_passed + $2)) n_failed=$((n_failed + $3)) n_skipped=$((n_skipped + $4))
}

# One test that could not begin.
failed_to() { # SUITE WHAT
    tell "$1" "  FAILED: $2"
    summarise "$1" 0 1 0
}

skip_suite() { # SUITE WHY
    echo "  skipped: $1 - $2"
    summarise "$1" 0 0 1
}
