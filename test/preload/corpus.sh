#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ordinary programs behave byte for byte as without snug: corpus.sh OBJECT. Output, standard
# error and exit code of each are compared; what is not installed is named.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compare() { # PROGRAM ARGUMENT…
    if ! command -v "$1" > "$work/where"; then
        printf '# not installed: %s\n' "$1"
        return
    fi
    r=0
    "$@" > "$work/out" 2> "$work/err" < /dev/null || r=$?
    echo "exit $r" >> "$work/out"
    r=0
    LD_PRELOAD=$object "$@" > "$work/snug.out" 2> "$work/snug.err" < /dev/null || r=$?
    echo "exit $r" >> "$work/snug.out"
    if cmp "$work/out" "$work/snug.out" && cmp "$work/err" "$work/snug.err"; then
        printf 'same: %s\n' "$*"
    else
        printf 'differs: %s\n' "$*"
        diff "$work/out" "$work/snug.out" || :
        diff "$work/err" "$work/snug.err" || :
        failures=$((failures + 1))
    fi
}

compare ls -la /usr
compare ls /nowhere
compare bash -c 'ulimit -a; for i in 1 2 3; do (echo $i; exit $i) || echo "r $?"; done | sort -r'
compare bash -c 'nproc; exit 7'
compare python3 -c 'import os, mmap, threading, subprocess
print(os.cpu_count(), sorted(os.sched_getaffinity(0)), os.sysconf("SC_PHYS_PAGES"))
m = mmap.mmap(-1, 1 << 20); m[:4] = b"snug"; print(m[:4]); m.close()
t = [threading.Thread(target=len, args=("x",)) for _ in range(8)]
[x.start() for x in t]; [x.join() for x in t]
print(subprocess.run(["sh", "-c", "echo child; exit 3"], capture_output=True))'
compare node -e 'const os = require("os"); console.log(os.cpus().length,
os.availableParallelism ? os.availableParallelism() : 0, os.totalmem());
console.log(require("child_process").execSync("echo child").toString())'
compare java -XshowSettings:vm -version
compare tar --version
compare awk 'BEGIN { "echo piped" | getline x; print x; exit 4 }'
compare perl -e 'print `echo $$ > /dev/null; echo child`; exit 5'
exit "$failures"
