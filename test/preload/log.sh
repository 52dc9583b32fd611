#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The lines of a start: log.sh OBJECT. Errors name what was written and where, at level info one
# line more tells what was found; without `log` there is none.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Starts true under the policy and compares its lines, without the process id, with standard input.
lines() { # LABEL VARIABLE…
    label=$1
    shift
    cat >"$work/wanted"
    env SNUG_SCOPE=all SNUG_POLICY="$work/policy" "$@" LD_PRELOAD="$object" true 2>"$work/err"
    sed 's/^snug\[[0-9]*\]: //' "$work/err" >"$work/found"
    diff "$work/wanted" "$work/found" && return
    echo "$label: differs (wanted, found)"
    failures=$((failures + 1))
}

printf 'cpu.round = sideways\nno.such = key\n' >"$work/policy"
amiss='is not taken as it stands; snug explain says why, and what holds'
lines 'log = off' SNUG_CPU_MIN=x </dev/null
lines 'log = error' SNUG_LOG=error SNUG_CPU_MIN=x <<END
$work/policy:1: cpu.round "sideways" $amiss
$work/policy:2: "no.such" $amiss
SNUG_CPU_MIN "x" $amiss
END

# A long path would be cut.
rm "$work/policy"
lines 'a missing file' SNUG_LOG=error SNUG_POLICY=/no/such/policy SNUG_NOTHING=1 <<END
"/no/such/policy" $amiss
"SNUG_NOTHING" $amiss
END

# What the machine's limits are is not for this test to say; `snug explain` is asked by others.
touch "$work/policy"
env SNUG_SCOPE=all SNUG_POLICY="$work/policy" SNUG_LOG=info SNUG_CPU_COUNT=1 \
    LD_PRELOAD="$object" true 2>"$work/err"
limit='\(none\|unknown\|[0-9/]* (/.*)\)'
grep -qx "snug\[[0-9]*\]: 1 of $(nproc) CPUs; CPU limit $limit; memory limit $limit" \
    "$work/err" || {
    cat "$work/err"
    echo 'log = info: not the line of a start'
    failures=$((failures + 1))
}
# Past its limit for the size of files a process gets SIGXFSZ; a line more must not be the end.
for blocks in 0 1; do
    for file in log.file stderr; do
        rm -f "$work/log"
        seq 300 >"$work/log" # More than that.
        r=0
        (
            ulimit -f $blocks
            [ $file = stderr ] || export SNUG_LOG_FILE="$work/log"
            SNUG_SCOPE=all SNUG_POLICY="$work/policy" SNUG_LOG=info LD_PRELOAD="$object" \
                exec true 2>>"$work/log"
        ) || r=$?
        [ $r = 0 ] && seq 300 | cmp -s - "$work/log" || {
            echo "ulimit -f $blocks, $file: status $r"
            failures=$((failures + 1))
        }
    done
done

# Nobody reads standard error, and the pipe is full: the program runs, without the line. Where
# there is room the line is there.
python3 - "$object" "$work/policy" <<'END' || failures=$((failures + 1))
import os, subprocess, sys
environment = dict(os.environ, SNUG_SCOPE='all', SNUG_POLICY=sys.argv[2], SNUG_LOG='info',
                   LD_PRELOAD=sys.argv[1])
n_amiss = 0
for is_full in True, False:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    try:
        while is_full:
            os.write(writer, b'x' * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    child = subprocess.Popen(['true'], stderr=writer, env=environment)
    try:
        status = child.wait(3600)
    except subprocess.TimeoutExpired:
        child.kill()
        status = 'no end'
    try:
        found = os.read(reader, 1 << 20)
    except BlockingIOError:
        found = b''
    if status != 0 or (b'snug[' in found) == is_full:
        print('a pipe, full: %s: status %s, %r' % (is_full, status, found[-80:]))
        n_amiss += 1
sys.exit(n_amiss)
END

# A terminal that stops a program of the background for what it writes does not for a line of ours.
python3 - "$object" <<'END' || failures=$((failures + 1))
import os, pty, subprocess, sys, termios
child, terminal = pty.fork()
if child == 0:
    settings = termios.tcgetattr(0)
    settings[3] |= termios.TOSTOP
    termios.tcsetattr(0, termios.TCSANOW, settings)
    program = subprocess.Popen(['true'], preexec_fn=lambda: os.setpgid(0, 0), env=dict(
        os.environ, SNUG_SCOPE='all', SNUG_LOG='info', LD_PRELOAD=sys.argv[1]))
    status = os.waitpid(program.pid, os.WUNTRACED)[1]
    if os.WIFSTOPPED(status):
        program.kill()
    os._exit(os.WIFSTOPPED(status))
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
if os.waitpid(child, 0)[1]:
    sys.exit('a line stops a program in the background')
END
exit "$failures"
