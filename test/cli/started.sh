#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `snug explain` says of a process that runs: the object in it, its version, and the plan of its
# start beside that of now.
#
#   started.sh SNUG KEEPER OBJECT VERSION
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../tmpfs.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3") version=$4
pages=$(tmpfs_make) || { echo "$pages"; exit 77; }
elsewhere=$pages
policy=$work/policy

explain() { # ARGUMENT…
    try 0 "$snug" explain "$@"
    is_calm
}

with_a_page() {
    echo 'memory.limit = 1G' >"$policy"
    begin env SNUG_POLICY="$policy" SNUG_STATS_FILE="$pages/page" LD_PRELOAD="$object" "$keeper"
    explain --pid "$pid"
    prints_line 'Process'
    tr -s ' \n' ' ' <"$work/out" >"$work/flat"
    grep -qF " object $object, version $version " "$work/flat" || fail 'another object'
    grep -qF 'GOMEMLIMIT 1073741824 bytes (1 GiB) at its start, and by the plan of now ' \
        "$work/flat" || fail 'another target'

    # The start keeps what it had.
    echo 'memory.limit = 2G' >"$policy"
    explain --pid "$pid"
    tr -s ' \n' ' ' <"$work/out" >"$work/flat"
    grep -qF 'GOMEMLIMIT 1073741824 bytes (1 GiB) at its start: memory.limit is a size; 2147483648 bytes (2 GiB) by the plan of now ' \
        "$work/flat" || fail 'does not tell both'
    explain --json --pid "$pid"
    holds <<END
process is_loaded = true
process object = "$object"
process version = "$version"
process start go_limit_bytes = 1073741824
process start memory_reason = "memory.limit is a size"
process start gomaxprocs = null
plan memory go_limit_bytes = 2147483648
END
    # Elsewhere it is known too.
    explain --pid "$pid"
    cp "$work/out" "$work/here"
    try 0 "$snug" capture --pid "$pid" "$work/tree"
    explain --root "$work/tree"
    diff "$work/here" "$work/out" >"$work/difference" || fail "$(cat "$work/difference")"
    finish
}

# A page says what the process wants it to say, and may be another version's.
pages_of_others() {
    begin env SNUG_SCOPE=all SNUG_STATS_FILE="$pages/page" LD_PRELOAD="$object" "$keeper"
    cp "$pages/page" "$work/page"
    chmod u+w "$work/page"
    finish
    printf '9.8.7\0' | dd of="$work/page" bs=1 seek=2376 conv=notrunc 2>"$work/no"
    begin "$keeper" 0 "$work/page"
    explain --json --pid "$pid"
    holds <<END
process is_loaded = false
process version = "9.8.7"
process start memory_reason = "for a reason of another version's"
END
    finish
    printf '9\nnote x\0' | dd of="$work/page" bs=1 seek=2376 conv=notrunc 2>"$work/no"
    begin "$keeper" 0 "$work/page"
    explain --json --pid "$pid"
    holds <<END
process version = null
process start = null
END
    finish
}

without_a_page() {
    mkdir "$work/snug"
    cp "$object" "$work/snug/libsnug.so"
    begin env LD_PRELOAD="$work/snug/libsnug.so" "$keeper"
    explain --pid "$pid"
    prints "$work/snug/libsnug.so, version $version"
    prints '  at its start    not known: '
    # Another file that has the name now is not what was loaded.
    cp "$object" "$work/snug/new"
    mv "$work/snug/new" "$work/snug/libsnug.so"
    explain --json --pid "$pid"
    holds <<END
process is_loaded = true
process version = null
process start = null
END
    finish
}

without_the_object() {
    begin "$keeper"
    explain --pid "$pid"
    prints_line '  object          not loaded'
    prints_no '  at its start'
    finish
    explain
    prints_no Process
    explain --json
    holds <<END
process = null
END
}

with_a_page
pages_of_others
without_a_page
without_the_object
end
