#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command may run in the container of the process that it looks at, which has little room left:
# lean.sh SNUG KEEPER OBJECT. The keeper's program has 48 MiB of data, of which the command is to
# have no copy.
. "$(dirname "$0")/expect.sh"
snug=$1 keeper=$(realpath "$2") object=$3
most_kib=32768 # Python has some 10 MiB, of which the kernel counts a child's first moment.

mkfifo "$work/input"
start() { # COMMAND…
    "$@" 0 <"$work/input" &
    pid=$! running=$!
    exec 3>"$work/input"
    await_beside is_kept
}
is_kept() {
    [ "$(cat "/proc/$pid/comm")" = kept ]
}
finish() {
    exec 3>&-
    wait "$pid"
    running=
}

# Resident, page cache of mapped files included.
peak_kib() { # COMMAND…
    python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if status < 3 else "failed")' "$@"
}

is_lean() { # HOW
    for command in 'doctor --pid' 'explain --pid' stat 'capture --pid'; do
        rm -rf "$work/kept"
        case $command in
        capture*) try 0 peak_kib "$snug" capture --pid "$pid" "$work/kept" ;;
        *) try 0 peak_kib "$snug" $command "$pid" ;;
        esac
        what="$command, $1"
        is_calm
        [ "$(cat "$work/out")" -le $most_kib ] || fail "more than $most_kib KiB"
    done
}

# From the file.
start "$keeper"
is_lean plainly
try 0 "$snug" explain --pid "$pid"
prints go1.22.12
finish

# From memory: the kernel has started the loader.
loader=$(readelf -lW "$keeper" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
start "$loader" "$keeper"
is_lean 'by the loader'
try 0 "$snug" explain --pid "$pid"
prints go1.22.12
finish

# `stat` asks what the object has planned.
start env LD_PRELOAD="$object" "$keeper"
is_lean 'with the object'
finish
end
