#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug run --init`: codes, signals, orphans.
#
#   init.sh SNUG WARD
. "$(dirname "$0")/ward.sh"

codes() { # NAME INIT…
    local name=$1 code
    shift
    for code in 0 1 7 125 126 127 200 255; do
        claim "$name: code $code" is_status $code "$@" sh -c "exit $code"
    done
    for code in HUP INT QUIT ABRT KILL USR1 SEGV TERM SYS; do
        claim "$name: death by SIG$code" is_status $((128 + $(kill -l $code))) \
            "$@" sh -c "ulimit -c 0; kill -$code \$\$"
    done
}

# 127 and 126, as env(1).
not_started() {
    : >"$work/plain"
    claim 'no such program' is_status 127 "$snug" run --init -- no-such-program
    claim 'no program' is_status 126 "$snug" run --init -- "$work/plain"
    printf '#!/no/such/interpreter\n' >"$work/script"
    chmod +x "$work/script"
    claim 'no interpreter' is_status 127 "$snug" run --init -- "$work/script"
}

# Everything that can be blocked but SIGCHLD, SIGCONT and the terminal's reaches the program.
all_signals() { # NAME INIT…
    local name=$1 signal expected=
    shift
    begin "$@" "$ward" signals
    for signal in $(seq 1 31) $(seq 34 64); do
        case $signal in
        4 | 5 | 6 | 7 | 8 | 9 | 11 | 31) continue ;; # The init's own faults, and SIGKILL.
        17 | 19 | 21 | 22) continue ;; # SIGCHLD, SIGSTOP, SIGTTIN, SIGTTOU.
        20) continue ;; # SIGTSTP is a matter of the terminal: terminal.py.
        esac
        kill -$signal $pid
        expected="$expected$signal "
        await 'grep -qx '$signal' "$work/said"' || break
    done
    claim "$name: status after all signals" ends_with 9
    [ "$(sed 1d "$work/said" | grep -vx 17 | tr '\n' ' ')" = "$expected" ] ||
        fail "$name: signals $(tr '\n' ' ' <"$work/said") and not $expected"
}

# What sigqueue(3) says arrives with its value and its sender; for a whole group it takes a call
# of Linux 6.9. Without that, the signal itself arrives.
values() {
    local sender
    begin "$snug" run --init --single -- "$ward" values
    sender=$("$ward" queue $pid 35 7)
    claim 'a value for the program alone' await 'grep -qx "35 value 7 of '$sender'" "$work/said"'
    kill -64 $pid
    claim 'status after a value' ends_with 9
    if [ "$(printf '6.9\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.9 ]; then
        begin "$snug" run --init -- sh -c '"$0" values >"$1" & exec "$0" values' "$ward" "$work/child"
        await 'grep -q ready "$work/child"'
        sender=$("$ward" queue $pid 35 7)
        claim 'a value for the group' await 'grep -qx "35 value 7 of '$sender'" "$work/said"'
        claim 'a value for a child' await 'grep -qx "35 value 7 of '$sender'" "$work/child"'
        kill -64 $pid
        claim 'status after a value for the group' ends_with 9
    fi
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["pidfd_send_signal"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$work/profile"
    begin "$snug" run --seccomp "$work/profile" -- "$snug" run --init -- "$ward" values
    sender=$("$ward" queue $pid 35 7)
    claim 'without a value' await 'grep -qx 35 "$work/said"'
    kill -64 $pid
    claim 'status without a value' ends_with 9
}

# What the init was started with is the program's alone, but for standard error: the end of a
# pipe is seen once the program has closed it. So too where close_range(2) is refused.
descriptors() { # NAME COMMAND…
    local file name=$1
    shift
    begin "$@" "$snug" run --init -- "$ward" signals 5</dev/null 9</dev/zero
    claim "$name: the descriptors of the init" \
        await '[ "$(open_files $pid)" = "0 /dev/null,1 /dev/null,2 $work/err," ]'
    for file in "1 $work/said" '5 /dev/null' '9 /dev/zero'; do
        claim "$name: $file of the program" grep -qF ",$file," <<<"$(open_files "$ready")"
    done
    kill -64 $pid
    claim "$name: status with descriptors" ends_with 9
}

open_files() { # PID
    local fd
    for fd in $(ls "/proc/$1/fd" | sort -n); do
        printf '%s %s,' "$fd" "$(readlink "/proc/$1/fd/$fd")"
    done
}

no_close_range() {
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["close_range"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$work/profile"
    descriptors 'without close_range' "$snug" run --seccomp "$work/profile" --
}

# SIGCHLD is the init's own matter, and faults are.
not_forwarded() { # NAME INIT…
    local name=$1
    shift
    begin "$@" "$ward" signals
    kill -CHLD $pid
    kill -TTIN $pid
    kill -TTOU $pid
    kill -64 $pid
    claim "$name: status" ends_with 9
    claim "$name: SIGCHLD, SIGTTIN and SIGTTOU stay" \
        test "$(tr '\n' ' ' <"$work/said")" = "ready $ready 64 "
}

# A shell that waits for sleepers does not end by itself before they do.
group() { # NAME INIT…
    local name=$1 children
    shift
    begin "$@" sh -c 'trap "" TERM; (trap - TERM; exec sleep 9999) & (trap - TERM; exec sleep 9999) &
        (trap - TERM; echo "ready $$"; exec sleep 9999) & wait; wait; wait; exit 5'
    await '[ "$(pgrep -c -g '"$ready"' sleep)" = 3 ]'
    children=$(pgrep -g "$ready" sleep | tr '\n' ' ')
    kill -TERM $pid
    claim "$name: SIGTERM reaches the group, and the shell's own code is the status" ends_with 5
    claim "$name: the group is gone" gone $children
}

# What the program starts with is what the init was started with: also where SIGCHLD is
# ignored, which hides codes, and with an odd mask and odd capabilities.
same_state() { # NAME INIT…
    local name=$1 odd='import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGUSR1, signal.SIGCHLD, signal.SIGTERM, 40])
os.execvp(sys.argv[1], sys.argv[1:])'
    shift
    "$ward" state | grep -v ^SigQ >"$work/plain"
    "$@" "$ward" state | grep -v ^SigQ >"$work/under"
    claim "$name: state" cmp "$work/plain" "$work/under"
    [ "$name" != tini ] || return 0 # It waits for ever where SIGCHLD is ignored.
    python3 -c "$odd" "$ward" state | grep -v ^SigQ >"$work/plain"
    python3 -c "$odd" "$@" "$ward" state | grep -v ^SigQ >"$work/under"
    claim "$name: odd signals" cmp "$work/plain" "$work/under"
    claim "$name: an odd state is one" grep -q '^SigBlk:.*8000014200$' "$work/plain"
    claim "$name: code where SIGCHLD is ignored" is_status 7 \
        python3 -c "$odd" "$@" sh -c 'exit 7'
}

# Orphans of another process group come here and not to the parent, who is no reaper.
subreaper() { # NAME INIT…
    local name=$1
    shift
    begin "$@" sh -c 'setsid sh -c "sleep 9999 & echo ready \$!"; orphan=/proc/$(sed "s/ready //" "$0")
        grep PPid "$orphan/status"; kill "${orphan#/proc/}"; n=0
        while [ -e "$orphan" ] && [ $((n += 1)) -lt 30000 ]; do sleep 0.02; done
        ls -d "$orphan" 2>/dev/null; exit 3' "$work/said"
    claim "$name: status" ends_with 3
    claim "$name: the orphan came here and was reaped" \
        test "$(sed 1d "$work/said" | tr -d '\t')" = "PPid:$pid"
}

# A program that ends its children itself is told alone. While it drains they may not end.
single() {
    begin "$snug" run --init --single --verbose -- sh -c '"$0" signals >"$1" & child=$!
        trap "kill -64 $child; wait; exit 4" TERM
        until grep -q ready "$1"; do sleep 0.01; done
        echo "ready $$"; while :; do sleep 0.01; done' "$ward" "$work/child"
    kill -TERM $pid
    claim 'SIGTERM to the program alone, and its code' ends_with 4
    claim 'its child was told by it and by nobody else' \
        test "$(sed 1d "$work/child" | tr '\n' ' ')" = '64 '
    claim 'a line that names the process' \
        grep -qx "snug: init: signal SIGTERM to process $ready" "$work/err"
    [ -z "$has_tini" ] || is_single_by_itself tini -s --
    is_single_by_itself "$snug" run --init --single --
}

# A sleeper in the program's group lives on.
is_single_by_itself() { # INIT…
    begin "$@" sh -c 'sleep 9999 & echo "ready $!"; trap "" TERM; exec "$0" signals' "$ward"
    await '[ "$(grep -c ready "$work/said")" = 2 ]'
    kill -TERM $pid
    await 'grep -qx 15 "$work/said"'
    kill -64 $pid
    claim "$1: a program that is told alone" ends_with 9
    claim "$1: its child lives on" kill -KILL "$ready"
}

# A program that has left its group gets its signals all the same, and so do those who stayed.
left_group() {
    : >"$work/stayed"
    begin "$snug" run --init -- python3 -c 'import os, sys
if os.fork() == 0:
    os.dup2(os.open(sys.argv[1], os.O_WRONLY), 1)
    os.execv(sys.argv[2], sys.argv[2:])
while b"ready" not in open(sys.argv[1], "rb").read(): pass
os.setpgid(0, os.getpgid(os.getppid()))
os.execv(sys.argv[2], sys.argv[2:])' "$work/stayed" "$ward" signals
    kill -64 $pid
    claim 'a program that has left others in its group' await 'gone '"$ready"
    kill -KILL "$ready" 2>/dev/null || true
    claim 'its status' ends_with 9
    claim 'the others too' await 'grep -qx 64 "$work/stayed"'
    begin "$snug" run --init -- python3 -c 'import os, sys
os.setpgid(0, os.getpgid(os.getppid()))
os.execvp(sys.argv[1], sys.argv[1:])' "$ward" signals
    kill -USR1 $pid
    await 'grep -qx 10 "$work/said"'
    kill -64 $pid
    claim 'a program in another group' ends_with 9
}

# What names the init by its number names the program; what names another process stays.
# LISTEN_PIDFDID is the inode of a descriptor of the process, where the kernel has such.
activation() {
    local check='import os, sys
own = lambda name: "own" if os.environ.get(name) == str(os.getpid()) else os.environ.get(name)
fd = os.pidfd_open(os.getpid())
identity = os.environ.get("LISTEN_PIDFDID")
print(own("LISTEN_PID"), own("WATCHDOG_PID"), own("SYSTEMD_EXEC_PID"), os.environ.get("LISTEN_FDS"),
      "own" if identity == str(os.fstat(fd).st_ino) else identity)'
    manager() { # VARIABLE=VALUE… -- COMMAND…
        sh -c 'for one; do shift; [ "$one" != -- ] || break; eval "export $one"; done; exec "$@"' \
            manager "$@"
    }
    # The shell that is to be the manager becomes the init: $$ is its number.
    try 0 manager 'LISTEN_PID=$$' 'WATCHDOG_PID=$$' 'SYSTEMD_EXEC_PID=$$' LISTEN_FDS=1 \
        LISTEN_PIDFDID=1 -- "$snug" run --init -- python3 -c "$check"
    prints_line 'own own own 1 own'
    try 0 manager 'LISTEN_PID=$$' -- "$snug" run --init -- python3 -c "$check"
    prints_line 'own None None None None'
    try 0 manager LISTEN_PID=1 WATCHDOG_PID=x LISTEN_FDS=1 LISTEN_PIDFDID=1 -- \
        "$snug" run --init -- python3 -c "$check"
    prints_line '1 x None 1 1'
    # It has become the program, and the number is right.
    try 0 manager 'LISTEN_PID=$$' 'WATCHDOG_PID=$$' LISTEN_PIDFDID=7 -- \
        "$snug" run -- python3 -c "$check"
    prints_line 'own own None None 7'
    # A kernel without such descriptors: the number alone says it.
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["pidfd_open"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$work/profile"
    try 0 manager 'LISTEN_PID=$$' LISTEN_PIDFDID=1 -- "$snug" run --seccomp "$work/profile" -- \
        "$snug" run --init -- sh -c '[ "$LISTEN_PID" = $$ ] && [ -z "${LISTEN_PIDFDID+x}" ]'
}

# Where the kernel refuses to make it a subreaper, it says so and goes on.
no_subreaper() {
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["prctl"],
        "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 36, "op": "SCMP_CMP_EQ"}]}]}' \
        >"$work/profile"
    try 3 "$snug" run --seccomp "$work/profile" -- "$snug" run --init -- sh -c 'exit 3'
    complains 'init: not PID 1 and no subreaper, so orphans are not reaped'
}

# The parent's death.
parent() { # NAME INIT WITH OPTION…
    local name=$1 parent
    shift
    : >"$work/said"
    sh -c 'echo $$ >"$0"; "$@" & wait' "$work/parent" "$@" "$ward" signals \
        >"$work/said" 2>"$work/err" </dev/null &
    await 'grep -q ^ready "$work/said"'
    ready=$(sed -n 's/^ready //p' "$work/said")
    { kill -KILL "$(cat "$work/parent")" && wait $!; } 2>/dev/null || true
    claim "$name: the parent's death is SIGUSR2" await 'grep -qx 12 "$work/said"'
    kill -64 "$(awk '/^PPid/ { print $2 }' "/proc/$ready/status")"
    claim "$name: it ends" await 'gone '"$ready"
}

success() {
    claim 'a code that is success' is_status 0 "$snug" run --init --success 3,143 -- sh -c 'exit 3'
    claim 'a signal that is success' is_status 0 "$snug" run --init --success=143 -- \
        sh -c 'kill -TERM $$'
    claim 'another code' is_status 4 "$snug" run --init --success 3,143 -- sh -c 'exit 4'
    claim 'tini -e' is_status 0 ${has_tini:+tini -s -e 143 --} sh -c \
        "${has_tini:+kill -TERM \$\$}"
}

lines() {
    begin "$snug" run --init --warn-reaped --verbose -- \
        sh -c 'setsid sh -c "sleep 0.1 &"; exec "$0" signals' "$ward"
    kill -USR1 $pid
    await 'grep -qx 10 "$work/said" && grep -q reaped "$work/err"'
    kill -64 $pid
    claim 'status with lines' ends_with 9
    claim 'a line for the orphan' grep -q '^snug: init: reaped process [0-9]*, status 0$' "$work/err"
    claim 'a line for the signal' grep -q "^snug: init: signal SIGUSR1 to group $ready\$" "$work/err"
    begin "$snug" run --init -- "$ward" signals
    kill -64 $pid
    claim 'status without lines' ends_with 9
    claim 'no lines' test ! -s "$work/err"
    # Lines into a pipe that is closed are no signal for the program.
    "$snug" run --init --verbose -- "$ward" signals >"$work/said" 2> >(exit 0) </dev/null &
    pid=$!
    await 'grep -q ^ready "$work/said"'
    kill -USR1 $pid
    await 'grep -qx 10 "$work/said"'
    kill -64 $pid
    claim 'status with a closed pipe' ends_with 9
    claim 'no SIGPIPE' test "$(sed 1d "$work/said" | tr '\n' ' ')" = '10 64 '
}

arguments() {
    try 125 "$snug" run --grace 3 -- true
    complains '--grace needs --init'
    for option in '--pdeathsig TERM' '--success 3' --single --warn-reaped --verbose; do
        try 125 "$snug" run $option -- true
        complains "${option%% *} needs --init"
    done
    for option in '--grace 0' '--grace x' '--grace 86401' '--pdeathsig off' '--pdeathsig FOO' \
        '--success 256' '--success 1,,2' '--success -1'; do
        try 125 "$snug" run --init $option -- true
        complains "${option%% *} takes"
    done
    try 5 env SNUG=off "$snug" run --init --verbose -- sh -c \
        '[ "$(cut -d" " -f5 /proc/$$/stat)" = $$ ] && exit 5'
}

both codes
not_started
both all_signals
values
descriptors plain env
no_close_range
both not_forwarded
both group
both same_state
both subreaper
single
left_group
activation
no_subreaper
parent snug "$snug" run --init --pdeathsig USR2 --
[ -z "$has_tini" ] || parent tini tini -s -p SIGUSR2 --
success
lines
arguments
end
