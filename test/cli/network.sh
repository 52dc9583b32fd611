#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor --pid` about connections: with many that are idle and without, from IPv4 to a socket
# of IPv6 and not, of this process and of another, and what a capture keeps of them.
#
#   network.sh SNUG KEEPER
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/patient.sh"
. "$(dirname "$0")/kept.sh"
snug=$(realpath "$1") keeper=$(realpath "$2")
ports=$(realpath "$(dirname "$0")/ports.py")

doctor() {
    status=0
    what="doctor $*"
    "$snug" doctor "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -le 2 ] || fail "ended with status $status"
}

begin_ports() { # ARGUMENT…
    begin python3 "$ports" "$work/port" "$@"
    port=$(cat "$work/port")
}

few_and_busy_ones() {
    begin_ports 0.0.0.0 127.0.0.1 1
    doctor --pid "$pid"
    finds network.idle ok "port $port of IPv4: 1 connection, 1 idle"
    finds network.mapped ok
    finish
    begin_ports 127.0.0.1 127.0.0.1 300 busy
    doctor --pid "$pid"
    finds network.idle ok "port $port of IPv4: 300 connections, 0 idle"
    finish
}

many_idle_ones() {
    begin_ports 127.0.0.1 127.0.0.1 300
    doctor --pid "$pid"
    finds network.idle note "port $port of IPv4: 300 connections, 300 idle"
    finds network.mapped ok
    finish
}

both_families() {
    python3 "$ports" "$work/port" :: ::1 1 </dev/null 2>"$work/no" || {
        untried 'machine lacks IPv6'
        return
    }
    begin_ports :: ::1 2
    doctor --pid "$pid"
    finds network.idle ok "port $port of IPv6: 2 connections, 2 idle, 0 from IPv4"
    finds network.mapped ok
    finish
    begin_ports :: 127.0.0.1 3
    doctor --pid "$pid"
    finds network.idle ok "port $port of IPv6: 3 connections, 3 idle, 3 from IPv4"
    finds network.mapped note "port $port takes IPv4 on a socket of IPv6: 3 connections are from"
    try 0 "$snug" capture --pid "$pid" "$work/tree.6"
    finish
    doctor --root "$work/tree.6"
    cmp -s "$work/out" "$work/tree.6/doctor" || fail 'a capture says something else'
    finds network.mapped note "port $port takes IPv4"
    # Each port has its own number.
    nobody=00000000000000000000000000000000
    mapped=0000000000000000FFFF000000000000
    cat >>"$work/tree.6/proc/self/net/tcp6" <<END
   0: $nobody:0001 $nobody:0000 0A 00000000:00000000 00:00000000 00000000 0 0 999999991
   1: $mapped:0001 $mapped:0000 01 00000000:00000000 00:00000000 00000000 0 0 999999992
END
    printf '99999999%s\n' 1 2 >>"$work/tree.6/snug/sockets"
    doctor --root "$work/tree.6"
    finds network.mapped note "port $port takes IPv4 on a socket of IPv6: 3 connections are from such peers; 1 more port does so"
}

# Of the process that is asked for, in its own namespace.
whose() {
    begin "$keeper"
    rm "$work/port"
    python3 "$ports" "$work/port" 127.0.0.1 127.0.0.1 2 server <"$work/input" 3>&- &
    other=$!
    until [ -s "$work/port" ] || ! kill -0 $other 2>"$work/no"; do sleep 0.01; done
    doctor --pid "$pid"
    finds network.idle ok 'it listens on no TCP port'
    doctor --pid $other
    finds network.idle ok "port $(cat "$work/port") of IPv4: 2 connections"
    finish
    wait $other

    unshare -n true 2>"$work/no" || return 0
    begin unshare -n python3 "$ports" "$work/port" 0.0.0.0 127.0.0.1 0
    doctor --pid "$pid"
    finds network.idle ok "port $(cat "$work/port") of IPv4: 0 connections, 0 idle"
    finish
}

# A capture has the counts, and nobody's address.
captured() {
    begin_ports 127.0.0.1 127.0.0.1 3
    try 0 "$snug" capture --pid "$pid" "$work/tree"
    doctor --root "$work/tree"
    cmp -s "$work/out" "$work/tree/doctor" || fail 'says something else'
    finds network.idle ok "port $port of IPv4: 3 connections, 3 idle"
    what='the tables of a capture'
    sed -n '2,$p' "$work/tree/proc/self/net/tcp" >"$work/out"
    grep -q "00000000:$(printf %04X "$port")" "$work/out" || fail 'lack the port'
    ! grep -qvE '^ *[0-9]+: 0{8}:[0-9A-F]{4} 0{8}:0{4} ' "$work/out" || fail 'hold addresses'
    finish
}

for claim in few_and_busy_ones many_idle_ones both_families whose captured; do
    $claim
done
end
