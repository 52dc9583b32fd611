#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# child.pdeathsig: pdeathsig.sh OBJECT KIN. Who asks for the signal and who does not, and what is
# left of a Go program that starts a shell that starts sleepers, when it is killed.
# In a session of its own: who adopts orphans must not be in the group of those that it adopts.
set -eu
[ "$(cut -d' ' -f6 "/proc/$$/stat")" = $$ ] || exec setsid -w "$0" "$@"
object=$1 kin=$2
failures=0
work=$(mktemp -d)
trap 'end_living; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The processes whose program lies here.
living() {
    find /proc -mindepth 2 -maxdepth 2 -name exe -lname "$work/*" 2> "$work/gone" | cut -d/ -f3
}

end_living() {
    for pid in $(living); do
        kill -9 "$pid" || :
    done
}

expect() { # STATUS OUTPUT VARIABLE… COMMAND…
    status=$1 output=$2
    shift 2
    r=0
    found=$(env LD_PRELOAD="$object" "$@" 2> "$work/err") || r=$?
    if [ "$r" = "$status" ] && [ "$found" = "$output" ] && ! [ -s "$work/err" ]; then
        return
    fi
    echo "$*: status $r and '$found' in place of status $status and '$output'"
    cat "$work/err"
    failures=$((failures + 1))
}

# With scope = all a C program hands the signal down as a Go program does.
relations() {
    on='SNUG_SCOPE=all SNUG_CHILD_PDEATHSIG=TERM'
    expect 0 0 $on "$kin" asked
    expect 0 15 $on "$kin" child "$kin" asked
    expect 0 9 $on SNUG_CHILD_PDEATHSIG=KILL "$kin" child "$kin" asked
    expect 0 0 $on SNUG_CHILD_PDEATHSIG=off "$kin" child "$kin" asked
    expect 0 0 $on SNUG_SCOPE=go "$kin" child "$kin" asked
    expect 0 0 $on SNUG=off "$kin" child "$kin" asked
    expect 0 1 $on "$kin" own "$kin" asked
    expect 0 0 $on "$kin" copy "$kin" asked
    expect 0 0 $on "$kin" self "$kin" asked
    expect 0 15 $on "$kin" child "$kin" self "$kin" asked

    # It goes down by the record alone, through programs that are otherwise left alone.
    shell='unset SNUG_SCOPE SNUG_CHILD_PDEATHSIG; "$0" child "$0" asked; "$0" copy "$0" asked; :'
    for sh in sh bash dash; do
        ! command -v $sh > "$work/where" || expect 0 "15
0" $on "$kin" child $sh -c "$shell" "$kin"
    done

    # An orphan gets the signal at its start, and prints nothing.
    expect 0 0 "$kin" orphan "$kin" asked
    expect 0 '' $on "$kin" orphan "$kin" asked
    expect 0 '' $on "$kin" child "$kin" orphan "$kin" asked
    expect 0 '' $on "$kin" copy "$kin" orphan "$kin" asked
    # Whoever a copy leaves behind, `(command &)` in a shell, was meant to be left behind.
    expect 0 0 $on "$kin" detach "$kin" asked

    # The kernel's rule: the end of the thread that started the child counts.
    rm -f "$work/asked"
    expect 0 '' "$kin" thread "$work/asked" sh -c ': >"$0"; exec sleep 1' "$work/asked"
    rm -f "$work/asked"
    expect 143 '' $on "$kin" thread "$work/asked" sh -c ': >"$0"; exec sleep 9999' "$work/asked"
}

# A manager learns an environment by running `env` and starts a service with it later. It is older
# than what printed that, as who adopts an orphan is; its service is to live all the same.
managers() {
    work=$work object=$object kin=$kin
    export work object kin
    learn='record=$(SNUG_SCOPE=all SNUG_CHILD_PDEATHSIG=TERM LD_PRELOAD=$object env |
        grep ^SNUG_SET=pdeathsig=)
        export LD_PRELOAD=$object'
    manager() { # LABEL COMMAND…
        label=$1
        shift
        found=$("$@" 2> "$work/err") || found="status $?: $found"
        [ "$found" = 0 ] || {
            echo "$label: '$found' in place of 0"
            failures=$((failures + 1))
        }
    }
    manager 'a manager' sh -c "$learn"'
        env "$record" "$kin" asked; :'
    manager 'a service with a session of its own' sh -c "$learn"'
        env "$record" setsid -w "$kin" asked; :'
    ! command -v bash > "$work/where" || manager 'a shell with jobs' bash -mc "$learn"'
        true | env "$record" "$kin" asked; :'
    ! unshare -pf --mount-proc true 2> "$work/err" ||
        manager 'a manager that is process 1' unshare -pf --mount-proc setsid -w sh -c "$learn"'
        env "$record" "$kin" asked; :'
}

# Process ids do not mean the same in another namespace: nobody asks, and nobody is an orphan,
# whichever /proc is there.
namespaces() {
    deaf='env -u SNUG_SCOPE -u SNUG_CHILD_PDEATHSIG'
    start='"$0" asked; "$0" copy "$0" asked; :'
    for mount in '' --mount-proc; do
        if ! unshare -pf $mount true 2> "$work/err"; then
            echo '# no PID namespace can be made here'
            return
        fi
        expect 0 0 $on $deaf unshare -pf $mount "$kin" asked
        expect 0 "0
0" $on $deaf unshare -pf $mount sh -c "$start" "$kin"
        expect 0 15 $on unshare -pf $mount "$kin" child "$kin" asked
    done
}

build_go() {
    cat > "$work/main.go" << 'END'
package main

import "C"
import (
	"os"
	"os/exec"
	"time"
)

func main() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	if err := command.Start(); err != nil {
		panic(err)
	}
	time.Sleep(time.Hour)
}
END
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o service main.go)
}

# A Go program that starts a shell that starts sleepers, killed after DELAY seconds, or once there
# are so many of them.
kill_service() { # DELAY|-COUNT VARIABLE…
    delay=$1
    shift
    env LD_PRELOAD="$object" "$@" "$work/service" "$work/shell" -c \
        '"$0" 1000 & "$0" 1000 & "$0" 1000 | "$0" 1000 & wait' "$work/sleeper" &
    service=$!
    case $delay in
    -*)
        until [ "$(living | wc -l)" = "${delay#-}" ]; do
            kill -0 $service || break # What it left is counted.
            sleep 0.02
        done
        ;;
    *) sleep "$delay" ;;
    esac
    kill -9 $service
    wait $service 2> "$work/gone" || :
}

# How many processes are left in the end: a second later, or when the machine comes to it.
left() { # COUNT LABEL
    for i in $(seq 600); do
        sleep 1
        n=$(living | wc -l)
        [ "$n" -gt "$1" ] || break
    done
    [ "$n" = "$1" ] || {
        echo "$2: $n processes are left, $1 were to be"
        failures=$((failures + 1))
    }
    end_living
}

# 20 times: killed while it starts, while the shell and the sleepers do, and later.
pre_stop() {
    build_go
    cp "$(command -v sleep)" "$work/sleeper"
    cp "$(readlink -f "$(command -v sh)")" "$work/shell"
    kill_service -6 SNUG_CHILD_PDEATHSIG=off
    left 5 'without the key'
    for ms in 00 02 04 06 08 10 12 14 16 18 20 22 24 26 28 30 35 40 50 99; do
        kill_service "0.0$ms" SNUG_CHILD_PDEATHSIG=TERM
        left 0 "killed after $ms ms"
    done
}

relations
managers
namespaces
if command -v go > "$work/where"; then
    pre_stop
else
    echo 'not installed: go'
    [ "$failures" != 0 ] || exit 77
fi
[ "$failures" = 0 ]
