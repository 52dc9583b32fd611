#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command may run in the container of the process that it looks at, which has little room left:
# lean.sh SNUG KEEPER OBJECT. The keeper's program has 48 MiB of data, of which the command is to
# have no copy.
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
snug=$1 keeper=$(realpath "$2") object=$3
most_kib=32768 # Python has some 10 MiB, of which the kernel counts a child's first moment.

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
begin "$keeper" 0
is_lean plainly
try 0 "$snug" explain --pid "$pid"
prints go1.22.12
finish

# From memory: the kernel has started the loader.
loader=$(readelf -lW "$keeper" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
begin "$loader" "$keeper" 0
is_lean 'by the loader'
try 0 "$snug" explain --pid "$pid"
prints go1.22.12
finish

# `stat` asks what the object has planned.
begin env LD_PRELOAD="$object" "$keeper" 0
is_lean 'with the object'
finish
end
