#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug doctor` on a captured machine: each check with a trouble and without it, and the mend
# applied as it is printed. doctor_cpu.sh and doctor_memory.sh have theirs, ill.sh what needs a
# process.
#
#   doctor.sh SNUG STATIC_GO_PROGRAM DYNAMIC_GO_PROGRAM OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/patient.sh"
snug=$(realpath "$1") static=$(realpath "$2") go=$(realpath "$3") object=$(realpath "$4")
make_tree "$tree"

names_and_questions() {
    try 0 "$snug" doctor --list
    is_calm
    cut -c 3-18 "$work/out" | sed 's/ *$//' >"$work/names"
    try 0 "$snug" doctor --list --json
    doctor 0 --json
    "$(dirname "$0")/values.py" "$work/out" </dev/null || fail 'no JSON'
    sed -n 's/^ *"name": "\(.*\)",$/\1/p' "$work/out" | cmp -s - "$work/names" ||
        fail 'the list has other names'
}

a_healthy_container() {
    doctor 0 --cpu.round=down --cpu.min=1
    is_calm
    [ "$(tail -n 1 "$work/out" | cut -d, -f1-2)" = 'error 0, warning 0' ] || fail 'has troubles'
    finds cpu.visible ok '1.5 CPUs by /sys/fs/cgroup/cpu.max'
    finds cpu.throttled skipped 'cpu.stat cannot be read'
    finds memory.events skipped
    finds process.threads skipped 'no process was named'
    doctor 0 --json
    holds <<'END'
error = 0
warning = 0
checks 0 name = "object.program"
checks 0 grade = "skipped"
checks 0 mend = null
END
}

limits_that_are_not_known() {
    mv "$tree/proc/self/mountinfo" "$work/mountinfo"
    doctor 1
    finds cpu.visible warning 'the limit is not known'
    finds memory.visible warning 'the limit is not known'
    has_mend cpu.visible pod 'env: [{name: SNUG_CPU_COUNT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]'
    has_mend memory.visible pod 'env: [{name: SNUG_MEMORY_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory}}}]'
    finds cpu.throttled skipped 'the limit is not known'
    # As the kubelet sets them.
    doctor_with 0 SNUG_CPU_COUNT=2 SNUG_MEMORY_LIMIT=268435456 --
    finds cpu.visible ok
    finds memory.visible ok

    echo 'Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016' >"$tree/proc/version"
    doctor 1
    finds cpu.visible warning 'this is gVisor'
    rm "$tree/proc/version"
    mv "$work/mountinfo" "$tree/proc/self/mountinfo"
}

no_limits() {
    echo 'max 100000' >"$group/cpu.max"
    echo max >"$group/memory.max"
    doctor 0
    finds cpu.visible note 'all of 8 CPUs'
    finds cpu.throttled ok 'nothing is throttled'
    finds memory.visible note
    doctor_with 0 SNUG_CPU_REQUEST_MILLI=1500 --
    finds cpu.visible ok '3 of 8 CPUs'
    make_tree "$tree"
}

version_1() {
    echo '1:cpu,cpuacct,memory:/' >"$tree/proc/self/cgroup"
    echo '30 23 0:26 / /sys/fs/cgroup ro - cgroup cgroup rw,cpu,cpuacct,memory' \
        >"$tree/proc/self/mountinfo"
    rm "$group"/*
    echo 150000 >"$group/cpu.cfs_quota_us"
    echo 100000 >"$group/cpu.cfs_period_us"
    printf 'nr_periods 1000\nnr_throttled 900\nthrottled_time 12500000000\n' >"$group/cpu.stat"
    echo 149000000000 >"$group/cpuacct.usage"
    echo 268435456 >"$group/memory.limit_in_bytes"
    echo 104857600 >"$group/memory.usage_in_bytes"
    echo 10485760 >"$group/memory.kmem.usage_in_bytes"
    echo 7 >"$group/memory.failcnt"
    printf 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n' >"$group/memory.oom_control"
    printf 'total_rss 52428800\ntotal_cache 41943040\ntotal_shmem 0\ntotal_swap 0
total_inactive_file 20971520\ntotal_active_file 20971520\n' >"$group/memory.stat"
    doctor 1
    finds cpu.throttled warning 'short of CPUs: throttled in 90 % of 1000 periods so far, for 12.5 s; 99 % of'
    finds memory.kinds ok 'kernel 10 MiB, sockets unknown; together 100 MiB'
    finds memory.working ok 'the working set is 80 MiB'
    finds memory.events note 'met 7 times'
    finds memory.swap ok
    rm "$group/cpuacct.usage" # Mounted elsewhere.
    doctor 1
    finds cpu.throttled warning 'why is unknown'
    # Beside the other, as some machines have it.
    printf '1:cpu:/pod\n2:cpuacct:/pod\n3:memory:/\n' >"$tree/proc/self/cgroup"
    echo '30 23 0:26 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu' >"$tree/proc/self/mountinfo"
    mkdir -p "$group/cpu/pod" "$group/cpuacct/pod"
    mv "$group"/cpu.* "$group/cpu/pod/"
    echo 149000000000 >"$group/cpuacct/pod/cpuacct.usage"
    doctor 1
    finds cpu.throttled warning 'short of CPUs: throttled in 90 % of 1000 periods so far, for 12.5 s; 99 % of'
    rm -r "$group"/*
    make_tree "$tree"
}

what_is_preloaded() {
    doctor 0
    finds object.preload note 'nothing is to be preloaded'
    finds object.mount skipped
    doctor_with 1 LD_PRELOAD=/snug/libsnug.so --
    finds object.preload warning 'LD_PRELOAD names /snug/libsnug.so, which is not there'
    has_mend object.preload pod 'volumeMounts: [{name: snug, mountPath: /snug, readOnly: true}]'
    mkdir "$tree/snug" # What that mount brings.
    cp "$object" "$tree/snug/libsnug.so"
    doctor_with 0 LD_PRELOAD=/snug/libsnug.so --
    finds object.preload ok
    finds object.mount ok
    finds object.others ok
    doctor_with 0 LD_PRELOAD=libother.so:/snug/libsnug.so --
    finds object.others note 'libother.so is preloaded too'
    echo text >"$tree/snug/libsnug.so"
    doctor_with 1 LD_PRELOAD=/snug/libsnug.so --
    finds object.preload warning 'is no shared object of 64 bits for this machine'
    head -c 4 "$object" >"$tree/snug/libsnug.so"
    printf '\1' >>"$tree/snug/libsnug.so" # 32 bits.
    tail -c +6 "$object" >>"$tree/snug/libsnug.so"
    doctor_with 1 LD_PRELOAD=/snug/libsnug.so --
    finds object.preload warning 'is no shared object of 64 bits for this machine'
    echo /snug/libsnug.so >"$tree/etc/ld.so.preload"
    doctor 1
    finds object.preload warning '/etc/ld.so.preload names /snug/libsnug.so'
    cp "$object" "$tree/snug/libsnug.so"
    doctor 0
    finds object.preload ok

    echo '40 30 0:40 / /snug ro,noexec - tmpfs tmpfs rw' >>"$tree/proc/self/mountinfo"
    doctor 1
    finds object.mount warning '/snug/libsnug.so lies on /snug, which is mounted noexec'
    has_mend object.mount shell 'mount -o remount,exec /snug'
    rm -r "$tree/etc/ld.so.preload" "$tree/snug"
    make_tree "$tree"
}

filters() {
    for mode in 0 2; do
        sed -i "s/^Seccomp:.*/Seccomp:\t$mode/" "$tree/proc/self/status"
        doctor 0
        [ $mode = 0 ] && grade=ok text="no filter is active" || grade=skipped text="only where it is in force"
        finds process.seccomp $grade "$text"
    done
    sed -i /Seccomp/d "$tree/proc/self/status"
    doctor 0
    finds process.seccomp skipped 'its status does not tell'
    prints_no 'a filter is active'
    make_tree "$tree"
}

switched_off() {
    doctor_with 1 SNUG=off --
    finds object.switch warning
    try 0 env SNUG=off sh -c "$(mend_of object.switch); exec \"\$@\"" sh \
        "$snug" doctor --root "$tree"
    finds object.switch ok
}

mistakes_in_the_policy() {
    printf 'cpu.rond = down\n' >"$tree/etc/snug.conf"
    doctor 1
    finds object.policy warning '1 mistake in the policy'
    has_mend object.policy shell 'snug check /etc/snug.conf'
    try 1 "$snug" check "$tree/etc/snug.conf"
    prints cpu.round
    # Who started the program chose the path, and somebody else copies the mend.
    mv "$tree/etc/snug.conf" "$work/conf;id"
    doctor_with 1 SNUG_POLICY="$work/conf;id" --
    finds object.policy warning '1 mistake in the policy'
    has_mend object.policy shell 'snug check FILE'
    rm "$work/conf;id"
    printf 'cpu.round = down\n' >"$tree/etc/snug.conf"
    doctor 0
    finds object.policy ok
    rm "$tree/etc/snug.conf"
}

programs() {
    doctor 0 -- "$go"
    finds object.program ok 'go1.22.12'
    doctor 1 -- "$static"
    finds object.program warning 'the program is static'
    has_mend object.program shell "snug run -- $static"
    try 3 env PATH="$(dirname "$snug"):$PATH" SNUG_MEMORY_LIMIT=100M sh -c "$(mend_of object.program)"
    prints_line GOMEMLIMIT=104857600
    doctor 0 -- /bin/sh
    finds object.program note 'not Go'
}

time_zones() {
    unset TZ
    doctor 0
    finds process.zone ok
    printf 'TZif2\0\n\1\2\nCET-1CEST,M3.5.0,M10.5.0/3\n' >"$tree/etc/localtime"
    doctor 0
    finds process.zone note 'it is CET-1CEST,M3.5.0,M10.5.0/3 by /etc/localtime'
    has_mend process.zone environment TZ=UTC
    doctor_with 0 "$(mend_of process.zone)" --
    finds process.zone ok
    doctor_with 0 TZ=:Europe/Berlin --
    finds process.zone note 'TZ is Europe/Berlin, of which there is no file Go takes UTC then'
    mkdir -p "$tree/usr/share/zoneinfo/Europe" "$tree/usr/share/zoneinfo/Africa"
    cp "$tree/etc/localtime" "$tree/usr/share/zoneinfo/Europe/Berlin"
    printf 'TZif2\0\n\1\2\nGMT0\n' >"$tree/usr/share/zoneinfo/Africa/Abidjan"
    doctor_with 0 TZ=Africa/Abidjan --
    finds process.zone ok 'it is UTC'
    doctor_with 0 TZ=:Europe/Berlin --
    finds process.zone note 'it is Europe/Berlin by TZ'
    doctor_with 0 TZ=/etc/localtime --
    finds process.zone note 'it is CET-1CEST'
    for zone in '' : Etc/UTC GMT; do
        doctor_with 0 "TZ=$zone" --
        finds process.zone ok
    done
    printf 'TZif2\0\n\1\2\nUTC0\n' >"$tree/etc/localtime"
    doctor 0
    finds process.zone ok
    for text in 'TZif2' 'UTC0\n' ''; do # What Go cannot read either.
        printf "$text" >"$tree/etc/localtime"
        doctor 0
        finds process.zone skipped
    done
    rm "$tree/etc/localtime"
}

wrong_arguments() {
    try 125 "$snug" doctor --root "$tree" --pid 1
    complains '--root and --pid exclude each other'
    try 125 "$snug" doctor --root "$tree" --for 1
    complains '--root and --for exclude each other'
    try 125 "$snug" doctor --for 0
    complains '--for takes a number of seconds from 1 to 3600'
    try 125 "$snug" doctor --pid 4194305
    complains 'there is no process 4194305'
    try 127 "$snug" doctor --root "$tree" -- no-such-program
    complains no-such-program
    try 125 "$snug" doctor --watch
    complains 'there is no option --watch'
}

names_that_move_the_terminal() {
    printf 'LD_PRELOAD=/\033[2Jsnug/libsnug.so' >"$tree/proc/self/environ"
    doctor 1
    prints '/?[2Jsnug/libsnug.so'
    rm "$tree/proc/self/environ"
}

for claim in names_and_questions a_healthy_container limits_that_are_not_known no_limits \
    version_1 what_is_preloaded filters switched_off mistakes_in_the_policy programs \
    time_zones wrong_arguments names_that_move_the_terminal; do
    $claim
done
end
