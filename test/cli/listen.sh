#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug stat --listen`: metrics over HTTP. With SNUG_LONG set, a Prometheus scrapes them.
#
#   listen.sh SNUG KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
snug=$(realpath "$1") keeper=$(realpath "$2")
command -v curl >"$work/where" || { echo 'not installed: curl'; exit 77; }

# Serves what follows; `url` is where.
serve() { # ADDRESS ARGUMENT…
    what="--listen $*"
    address=$1
    shift
    beside "$snug" stat --listen "$address" "$@" 3>&-
    await_beside grep -q . "$work/beside"
    url=$(cat "$work/beside")
}

# Ends it, and says how that went.
end_serving() { # SIGNAL STATUS
    kill -"$1" "$running"
    status=0
    wait "$running" || status=$?
    running=
    [ $status = "$2" ] || fail "ended with status $status, not $2"
}

fetch() { # ARGUMENT OF curl…
    try 0 curl --silent --show-error --noproxy '*' --max-time 600 "$@"
}

over_tcp() {
    begin "$keeper" 3
    serve 0 "$pid"
    case $url in
    http://127.0.0.1:[0-9]*/metrics) ;;
    *) fail "another place: $url" ;;
    esac
    fetch "$url"
    prints_line "snug_process_threads{pid=\"$pid\",name=\"kept\"} 4"
    [ "$(tail -n 1 "$work/out")" = '# EOF' ] || fail 'no end'
    # What is answered is what --openmetrics prints of the same moment: the keeper only waits.
    grep '^snug_process_[tr]' "$work/out" >"$work/served"
    try 0 "$snug" stat --openmetrics "$pid"
    grep '^snug_process_[tr]' "$work/out" | diff - "$work/served" >"$work/difference" ||
        fail "$(cat "$work/difference")"
    fetch --include --header 'Accept: text/plain' "$url?a=b"
    prints 'Content-Type: text/plain; version=0.0.4; charset=utf-8'
    prints_no '# EOF'
    fetch --head "$url"
    prints 'HTTP/1.1 200 OK'
    prints 'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'
    fetch --include "${url%metrics}"
    prints 'HTTP/1.1 404 Not Found'
    prints 'The metrics are at /metrics.'
    fetch --include --request DELETE "$url"
    prints 'HTTP/1.1 405 Method Not Allowed'
    prints 'Allow: GET, HEAD'
    fetch --include --data "$(head -c 5000 /dev/zero | tr '\0' a)" "$url"
    prints 'HTTP/1.1 4'

    # One that sends nothing, and many at once, keep nobody waiting.
    mkfifo "$work/slow"
    curl --silent --max-time 600 telnet://"$(echo "$url" | cut -d/ -f3)" <"$work/slow" \
        >"$work/telnet" 2>&1 &
    exec 4>"$work/slow"
    (for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        curl --silent --noproxy '*' "$url" | tail -n 1 &
    done
    wait) 3>&- 4>&- >"$work/many"
    what='twelve at once'
    [ "$(grep -cx '# EOF' "$work/many")" = 12 ] || fail 'not all are answered'
    exec 4>&-

    # Another one cannot have the port; a process that has ended has no samples.
    port=$(echo "$url" | cut -d/ -f3)
    try 125 "$snug" stat --listen "$port" "$pid"
    complains "--listen $port: Address already in use"
    finish
    fetch "$url"
    prints_no 'snug_process_threads{'
    prints_line '# EOF'
    end_serving TERM 143
}

over_a_file() {
    begin "$keeper"
    serve "unix:$work/socket" --cgroup / "$pid"
    [ "$url" = "unix:$work/socket" ] || fail "another place: $url"
    fetch --unix-socket "$work/socket" http://here/metrics
    prints "snug_process_threads{pid=\"$pid\",name=\"kept\"} 1"
    prints '# TYPE snug_memory_used_bytes gauge'
    try 125 "$snug" stat --listen "unix:$work/socket" "$pid"
    complains "--listen unix:$work/socket: Address already in use"
    end_serving TERM 143
    [ ! -e "$work/socket" ] || fail 'leaves its socket'
    # What a server that was killed has left is in nobody's way; another file is.
    serve "unix:$work/socket" "$pid"
    end_serving KILL 137
    [ -e "$work/socket" ] || fail 'tidies up after SIGKILL'
    serve "unix:$work/socket" "$pid"
    fetch --unix-socket "$work/socket" http://here/metrics
    end_serving HUP 129
    echo kept >"$work/file"
    try 125 "$snug" stat --listen "unix:$work/file" "$pid"
    complains 'Address already in use'
    [ "$(cat "$work/file")" = kept ] || fail 'takes a file away'
    # What has taken its place is not its own.
    serve "unix:$work/socket" "$pid"
    mv "$work/socket" "$work/moved"
    echo kept >"$work/socket"
    end_serving TERM 143
    [ "$(cat "$work/socket")" = kept ] || fail 'takes a file away that is not its own'
    if [ "$(id -u)" = 0 ]; then
        chown 65534 "$work/moved"
        try 125 "$snug" stat --listen "unix:$work/moved" "$pid"
        complains 'Address already in use'
        [ -e "$work/moved" ] || fail "takes another user's socket away"
    fi
    finish
}

# Who connects and says nothing takes all places, or all descriptors: others wait a second, and the
# server's CPU is not kept busy.
crowded() {
    begin "$keeper"
    what='a crowd'
    try 0 python3 "$(dirname "$0")/crowd.py" "$snug" "$pid"
    prints_line 'well'
    finish
}

mistakes() {
    for address in '' x 127.0.0.1 127.0.0.1: 65536 -1 localhost:0 '*:0' ::1:0 '[::1]' '[::1:0' \
        '[]:0' 1.2.3:0 unix: 0x10; do
        try 125 "$snug" stat "--listen=$address" $$
        complains '--listen is PORT, ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH'
    done
    try 125 "$snug" stat --listen 192.0.2.1:0 $$
    complains '--listen 192.0.2.1:0: Cannot assign requested address'
    for other in --openmetrics --json --watch --textfile=x; do
        try 125 "$snug" stat --listen 0 $other $$
        complains '--listen excludes --openmetrics, --json, --textfile and --watch'
    done
    try 125 "$snug" stat --listen 0 4194305
    complains 'there is no process 4194305'
}

# A collector takes them again and again, and finds nothing to complain of.
scraped() {
    command -v prometheus >"$work/where" || {
        untried 'not installed: prometheus'
        return
    }
    begin "$keeper" 3
    serve 0 "$pid"
    server=$running
    cat >"$work/prometheus.yml" <<END
global: {scrape_interval: 1s}
scrape_configs:
- job_name: snug
  static_configs: [targets: ['${url#http://}']]
END
    sed -i "s|/metrics'|'|" "$work/prometheus.yml"
    prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
        --web.listen-address=127.0.0.1:0 >"$work/prometheus" 2>&1 3>&- &
    collector=$!
    # The port is the kernel's choice; it is looked up among the process's sockets.
    until address=$(ss -Hltnp | sed -n "s/.* \(127[0-9.]*:[0-9]*\) .*pid=$collector,.*/\1/p") &&
        [ -n "$address" ]; do
        kill -0 $collector || { fail "$(cat "$work/prometheus")"; return; }
        sleep 0.1
    done
    query() { # EXPRESSION
        curl --silent --noproxy '*' --get --data-urlencode "query=$1" \
            "http://$address/api/v1/query" >"$work/out"
    }
    what='what Prometheus has scraped'
    : >"$work/err"
    until query 'count_over_time(up[5m]) >= 60' && grep -q '"value":' "$work/out"; do sleep 1; done
    query 'min_over_time(up[5m])'
    prints '"1"]'
    query "snug_process_threads{pid=\"$pid\",name=\"kept\"}"
    prints '"4"]'
    ! grep -E 'level=(warn|error)' "$work/prometheus" >"$work/out" || fail 'Prometheus complains'
    kill $collector
    wait $collector || :
    running=$server
    end_serving TERM 143
    finish
}

over_tcp
over_a_file
crowded
mistakes
[ -z "${SNUG_LONG-}" ] || scraped
end
