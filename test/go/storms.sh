# SPDX-License-Identifier: LGPL-2.1-or-later
# Static programs whose start is traced while signals come, for the script that sources this.

# Starts that are traced, with signals in the first 10 ms: see storm.py. SNUG_TEST_STARTS says how many.
test_storms() {
    local program options status n=${SNUG_TEST_STARTS:-300}
    if ! "$build/lib/snug" explain --cpu.count=1 -- "$bin/1.22.2-storm" | grep -q 'snug run traces the start'; then
        skip 'static programs with signals in their start' 'machine lacks the right to trace, or a second CPU'
        return
    fi
    for program in "$bin"/*-storm; do
        for options in '' --init '--init --follow=on'; do
            status=0
            "$here/../cli/storm.py" "$n" "$build/lib/snug" run $options --cpu.count=1 -- "$program" wait \
                >"$work/why" 2>&1 || status=1
            result $status "${program##*/} stands $n starts with signals by snug run $options"
        done
    done
}
