# SPDX-License-Identifier: LGPL-2.1-or-later
# For scripts that run others which print TAP, and print it as one. Who sources this sets n_tests to 0,
# and prints the plan at the end.

# Numbers what a script printed from n_tests on. One that stopped half way has printed no plan,
# and is one more failure.
add_up() { # NAME FILE STATUS
    awk -v n="$n_tests" -v name="$1" -v status="$3" '
        /^ok |^not ok / {
            outcome = /^ok/ ? "ok " : "not ok "
            n_own++
            sub(/^(not )?ok [0-9]* - /, "")
            print outcome (++n) " - " name ": " $0
            next
        }
        /^1\.\.[0-9]+$/ { planned = substr($0, 4); has_plan = 1; next }
        { print /^#/ ? $0 : "# " $0 }
        END {
            if (status || !has_plan || planned != n_own)
                print "not ok " (++n) " - " name ": it stopped before its end, exit code " status
        }' "$2" | tee "$2.tap"
    n_tests=$((n_tests + $(grep -c '^ok \|^not ok ' "$2.tap" || true)))
}
