#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who holds a lease on a file that it has open, or mapped, or named, goes on when it is looked at: to
# open the file would send it a signal, which ends it. Nor is any of its descriptors taken over: its
# close would not give up a lock by flock(2) meanwhile.
#
#   leases.sh SNUG
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1")

# Its memory stays mapped; it ends with its input. A "small" file may be a page of snug's, a "trace"
# begins as one.
cat >"$work/holder.py" <<'END'
import fcntl, mmap, os, sys
path, how = sys.argv[1:]
fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
os.write(fd, {"small": b"state" * 4, "trace": b"go 1.22 trace\0\0\0" * 4}.get(how, b"#state\n" * 4000))
if how in ("mapped", "small"):
    pages = mmap.mmap(fd, 0)
try:
    if how == "locked":
        fcntl.flock(fd, fcntl.LOCK_EX)
    else:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
except OSError:
    print("none", flush=True)
print("held", flush=True)
sys.stdin.read()
END

begin_holder() { # HOW
    : >"$work/said"
    rm -f "$work/input"
    mkfifo "$work/input"
    env SNUG_POLICY="$work/policy" python3 "$work/holder.py" "$work/$1" $1 <"$work/input" >"$work/said" 2>&1 &
    running=$!
    exec 3>"$work/input"
    await_beside grep -qx held "$work/said"
    if grep -qx none "$work/said"; then
        untried 'machine lacks leases on files'
    fi
}

goes_on() {
    kill -0 $running 2>"$work/gone" || fail 'it has ended'
}

end_holder() {
    exec 3>&-
    status=0
    wait $running || status=$?
    [ $status = 0 ] || fail "ended with status $status"
    running=
}

for how in open mapped small trace policy; do
    begin_holder $how
    for command in 'explain --pid' 'doctor --pid' stat 'capture --pid'; do
        what="$command, a file that is $how"
        case $command in
        capture*) to=$work/captured.$how ;;
        *) to= ;;
        esac
        "$snug" $command $running $to >"$work/out" 2>"$work/err" || :
        goes_on || break
        [ ! -s "$work/err" ] || fail 'complains'
        [ -z "$to" ] || [ -e "$to/snug" ] || fail 'keeps nothing'
        if [ "$how $command" = 'policy explain --pid' ]; then
            cat "$work/out" "$work/err" | tr -s ' \n' ' ' |
                grep -q 'policy cannot be read: another process holds a lease' ||
                fail 'does not say why the policy file is not read'
        fi
    done
    end_holder
done

# Without the list of leases nothing is opened that only may be a page.
what='stat where /proc/locks is hidden'
if unshare -m mount --bind /dev/null /proc/locks 2>"$work/err"; then
    begin_holder small
    unshare -m sh -c 'mount --bind /dev/null /proc/locks && exec "$@"' sh "$snug" stat $running \
        >"$work/out" 2>"$work/err" || :
    goes_on || :
    end_holder
else
    untried 'machine lacks leave to mount: a hidden list of leases is not seen'
fi

what='doctor --pid, a locked file'
if strace -o "$work/calls" true 2>"$work/err"; then
    begin_holder locked
    strace -f -o "$work/calls" "$snug" doctor --pid $running >"$work/out" 2>"$work/err" || :
    grep -q "openat(.*/proc/$running/fd\"" "$work/calls" || fail 'what it has open is not looked at'
    ! grep 'pidfd_getfd(' "$work/calls" || fail 'a descriptor is taken over'
    end_holder
else
    untried 'machine lacks a strace that works: descriptors that are taken over are not seen'
fi
end
