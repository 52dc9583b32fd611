#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor --probe`: a Go program that serves /debug/pprof/ to others, to itself, and one that
# serves something else.
#
#   pprof.sh SNUG KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
snug=$(realpath "$1") keeper=$(realpath "$2")
ports=$(realpath "$(dirname "$0")/ports.py")
command -v go >"$work/where" || { echo 'not installed: go'; exit 77; }

mkdir "$work/server"
cat >"$work/server/main.go" <<'END'
package main

import (
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
)

func main() {
	listener, err := net.Listen(os.Args[2], os.Args[3])
	if err != nil {
		os.Exit(77)
	}
	handler := http.Handler(nil)
	switch os.Args[4] {
	case "nothing":
		handler = http.NotFoundHandler()
	case "echo":
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, r.Method+" "+r.URL.Path+"\n")
		})
	}
	go http.Serve(listener, handler)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	os.WriteFile(os.Args[1], []byte(port), 0o644)
	os.WriteFile("/proc/self/comm", []byte("kept"), 0o644)
	io.Copy(io.Discard, os.Stdin)
}
END
(cd "$work/server" && GO111MODULE=off GOFLAGS= go build -o serve main.go) || exit 1

doctor() {
    status=0
    what="doctor $*"
    "$snug" doctor "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
}

serve() { # NETWORK ADDRESS pprof|nothing|echo
    begin "$work/server/serve" "$work/port" "$@"
    port=$(cat "$work/port")
}

to_others() {
    serve tcp4 0.0.0.0:0 pprof
    doctor --pid "$pid"
    finds network.pprof skipped 'the process would take notice: use --probe'
    doctor --probe --pid "$pid"
    [ "$status" = 1 ] || fail "ended with status $status"
    finds network.pprof warning "port $port answers /debug/pprof/ on an address that is not of loopback"
    finish
    # What is to be done: the code listens on 127.0.0.1.
    serve tcp4 127.0.0.1:0 pprof
    doctor --probe --pid "$pid"
    finds network.pprof ok 'of 0 ports that others reach, none answers'
    finish
    # One that repeats what it is asked for serves no profiles.
    for way in nothing echo; do
        serve tcp4 0.0.0.0:0 $way
        doctor --probe --pid "$pid"
        finds network.pprof ok 'of 1 port that others reach, none answers'
        finish
    done
}

# On all addresses of both families, and on one.
other_addresses() {
    "$work/server/serve" "$work/port" tcp6 '[::1]:0' pprof </dev/null || {
        untried 'machine lacks IPv6'
        return
    }
    serve tcp '[::]:0' pprof
    doctor --probe --pid "$pid"
    finds network.pprof warning "port $port answers"
    finish
    serve tcp6 '[::1]:0' pprof
    doctor --probe --pid "$pid"
    finds network.pprof ok 'of 0 ports'
    finish
}

# Who listens and says nothing is not waited for without an end.
mute() {
    begin python3 "$ports" "$work/port" 0.0.0.0 127.0.0.1 0
    doctor --probe --pid "$pid"
    finds network.pprof ok 'of 1 port that others reach, none answers; 1 said nothing'
    finish
}

not_asked() {
    doctor --probe
    finds network.pprof skipped 'no process was named'
    try 125 "$snug" doctor --probe --root "$work"
    complains '--root and --probe exclude each other'
    unshare -n true 2>"$work/no" || return 0
    begin unshare -n "$keeper"
    doctor --probe --pid "$pid"
    finds network.pprof skipped 'it is not known to be in this network namespace'
    finish
}

for claim in to_others other_addresses mute not_asked; do
    $claim
done
end
