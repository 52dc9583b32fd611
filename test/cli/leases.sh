#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who holds a lease on a file that it has open, or mapped, goes on when it is looked at: to open the
# file would send it a signal, which ends it.
#
#   leases.sh SNUG
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1")

# Its memory stays mapped; it ends with its input.
cat >"$work/holder.py" <<'END'
import fcntl, mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
os.write(fd, b"state" * 4000)
pages = mmap.mmap(fd, 0) if sys.argv[2] == "mapped" else None
try:
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
except OSError:
    print("none", flush=True)
print("held", flush=True)
sys.stdin.read()
END

for how in open mapped; do
    : >"$work/said"
    mkfifo "$work/$how.input"
    python3 "$work/holder.py" "$work/$how" $how <"$work/$how.input" >"$work/said" 2>&1 &
    running=$!
    exec 3>"$work/$how.input"
    await_beside grep -qx held "$work/said"
    if grep -qx none "$work/said"; then
        untried 'machine lacks leases on files'
    fi
    for command in 'explain --pid' 'doctor --pid' stat "capture $work/$how.tar --pid"; do
        what="$command, a file that is $how"
        "$snug" $command $running >"$work/out" 2>"$work/err" || :
        kill -0 $running 2>"$work/gone" || { fail 'it has ended'; break; }
    done
    exec 3>&-
    status=0
    wait $running || status=$?
    [ $status = 0 ] || fail "ended with status $status"
    running=
done
end
