#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` about CPUs, on a captured machine.
#
#   doctor_cpu.sh SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
snug=$(realpath "$1")
make_tree "$tree"

parts_of_a_cpu() {
    doctor 0
    finds cpu.whole note '2 CPUs for a limit of 1.5 CPUs'
    has_mend cpu.whole 'policy file'
    mend_of cpu.whole >"$tree/etc/snug.conf"
    doctor 0
    finds cpu.whole ok '1 CPU for a limit of 1.5 CPUs'
    rm "$tree/etc/snug.conf"

    echo '50000 100000' >"$group/cpu.max"
    doctor 0
    finds cpu.whole note '2 CPUs for a limit of 0.5 CPUs'
    change_pod "$(mend_of cpu.whole)"
    doctor 0
    finds cpu.whole ok '2 CPUs for a limit of 2 CPUs'
    make_tree "$tree"
}

a_limit_above() {
    sed 's|/ /sys|/pod /sys|' "$tree/proc/self/mountinfo" >"$work/mountinfo"
    cp "$work/mountinfo" "$tree/proc/self/mountinfo"
    echo 0::/pod/app >"$tree/proc/self/cgroup"
    mkdir "$group/app"
    echo 'max 100000' >"$group/app/cpu.max"
    echo max >"$group/app/memory.max"
    doctor 0
    finds cpu.ancestor ok 'that of /sys/fs/cgroup/cpu.max, which snug counts'
    # A process in which snug is not, and one in which it is.
    : >"$tree/proc/self/maps"
    doctor 1
    finds cpu.ancestor warning 'that of /sys/fs/cgroup/cpu.max'
    has_mend cpu.ancestor environment LD_PRELOAD=/snug/libsnug.so
    doctor_with 1 GOMAXPROCS=2 --
    finds cpu.ancestor ok 'GOMAXPROCS says the count'
    echo '7f00-7f01 r-xp 00000000 00:1b 40   /snug/libsnug.so' >"$tree/proc/self/maps"
    doctor 0
    finds cpu.ancestor ok
    finds object.loaded ok '/snug/libsnug.so is in the process'
    rm -r "$tree/proc/self/maps" "$group/app"
    make_tree "$tree"
    doctor 0
    finds cpu.ancestor ok "the limit is the own cgroup's"
}

gomaxprocs_by_hand() {
    doctor_with 1 GOMAXPROCS=8 --
    finds cpu.count warning 'GOMAXPROCS is 8, by hand, where 2 fit'
    has_mend cpu.count shell 'unset GOMAXPROCS'
    try 0 env GOMAXPROCS=8 sh -c "$(mend_of cpu.count); exec \"\$@\"" sh \
        "$snug" doctor --root "$tree"
    finds cpu.count ok 'GOMAXPROCS is not set by hand'
    doctor_with 0 GOMAXPROCS=1 --
    finds cpu.count note 'where 2 fit'
    doctor_with 0 GOMAXPROCS=2 --
    finds cpu.count ok 'GOMAXPROCS is 2, by hand'
    # What Go takes for unset.
    doctor_with 0 GOMAXPROCS=0 --
    finds cpu.count ok 'GOMAXPROCS is not set by hand'
}

cpu_stat() { # PERIODS THROTTLED USAGE_USEC
    printf 'usage_usec %s\nnr_periods %s\nnr_throttled %s\nthrottled_usec 12500000\n' \
        "$3" "$1" "$2" >"$group/cpu.stat"
}

throttling_is_told_apart() {
    # 1,000 periods of 1.5 CPUs are 150 s.
    cpu_stat 1000 900 149000000
    doctor 1
    finds cpu.throttled warning 'short of CPUs: throttled in 90 % of 1000 periods so far, for 12.5 s; 99 % of the limit'
    has_mend cpu.throttled pod 'resources: {limits: {cpu: "3"}}'
    # A machine that is itself short of CPUs accounts for less than was given.
    cpu_stat 1000 920 97500000
    doctor 1
    finds cpu.throttled warning 'short of CPUs: throttled in 92 % of 1000 periods so far, for 12.5 s; 65 % of the limit'
    cpu_stat 1000 200 15000000
    doctor 1
    finds cpu.throttled warning 'bursts: throttled in 20 % of 1000 periods so far, for 12.5 s, although only 10 % of the limit'
    has_mend cpu.throttled 'policy file'
    mend_of cpu.throttled >"$tree/etc/snug.conf"
    doctor 1
    finds cpu.whole ok # Its cause is gone; what was counted stays.
    rm "$tree/etc/snug.conf"
    cpu_stat 1000 4 15000000
    doctor 0
    finds cpu.throttled ok 'throttled in 0 % of 1000 periods'
    cpu_stat 1000 4 7499999
    doctor 0
    finds cpu.throttled ok 'idle: 4 % of the limit was used in 1000 periods with work so far'
    cpu_stat 0 0 15000000
    doctor 0
    finds cpu.throttled ok 'idle: there was work in 0 periods so far'
    cpu_stat 9 9 1350000 # A start.
    doctor 0
    finds cpu.throttled ok idle
    cpu_stat 10 10 1500000
    doctor 1
    finds cpu.throttled warning 'short of CPUs'
    # More than the limit allows: it was another one when most of it was used.
    cpu_stat 1000 200 500000000
    doctor 1
    finds cpu.throttled warning 'why is unknown'
    printf 'nr_periods 1000\nnr_throttled 200\nthrottled_usec 1\n' >"$group/cpu.stat"
    doctor 1
    finds cpu.throttled warning 'why is unknown'
    printf 'usage_usec 1000\n' >"$group/cpu.stat"
    doctor 0
    finds cpu.throttled skipped 'cpu.stat cannot be read'
    printf 'nr_periods many\nnr_throttled 200\n' >"$group/cpu.stat"
    doctor 0
    finds cpu.throttled skipped 'cpu.stat cannot be read'
}

waiting_for_others() {
    cpu_stat 1000 0 15000000
    echo 'some avg10=35.07 avg60=9.00 avg300=1.00 total=1' >"$group/cpu.pressure"
    doctor 1
    finds cpu.pressure warning '35.07 % of the last 10 s'
    has_mend cpu.pressure pod 'resources: {requests: {cpu: "1500m"}}'
    # What is throttled waits too, and the machine is not to blame.
    cpu_stat 1000 900 149000000
    doctor 1
    finds cpu.pressure ok 'throttling included'
    cpu_stat 1000 0 15000000
    echo 'some avg10=9.99 avg60=9.00 avg300=1.00 total=1' >"$group/cpu.pressure"
    doctor 0
    finds cpu.pressure ok '9.99 %'
    echo 'some avg10=much' >"$group/cpu.pressure"
    doctor 0
    finds cpu.pressure skipped
    # Where the cgroup has none the machine's may explain it.
    rm "$group/cpu.pressure"
    mkdir -p "$tree/proc/pressure"
    echo 'some avg10=89.53 avg60=9.00 avg300=1.00 total=1' >"$tree/proc/pressure/cpu"
    doctor 0
    finds cpu.pressure note '89.53 % of the last 10 s'
    echo 'some avg10=9.99 avg60=9.00 avg300=1.00 total=1' >"$tree/proc/pressure/cpu"
    doctor 0
    finds cpu.pressure skipped 'there is no cpu.pressure'
    rm -r "$tree/proc/pressure" "$group/cpu.stat"
}

for claim in parts_of_a_cpu a_limit_above gomaxprocs_by_hand throttling_is_told_apart \
    waiting_for_others; do
    $claim
done
end
