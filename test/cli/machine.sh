# SPDX-License-Identifier: LGPL-2.1-or-later
# A small machine below a directory, for --root. Sourced.

# A container with its own cgroup namespace: 8 CPUs, 1.5 CPUs of quota, 256 MiB.
make_tree() { # DIR
    mkdir -p "$1/proc/self" "$1/sys/fs/cgroup" "$1/sys/devices/system/node" "$1/etc"
    echo '0::/' >"$1/proc/self/cgroup"
    echo '30 23 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate' \
        >"$1/proc/self/mountinfo"
    printf 'Name:\tservice\nNoNewPrivs:\t0\nSeccomp:\t0\nCpus_allowed_list:\t0-7\n' \
        >"$1/proc/self/status"
    echo '150000 100000' >"$1/sys/fs/cgroup/cpu.max"
    echo 268435456 >"$1/sys/fs/cgroup/memory.max"
    echo max >"$1/sys/fs/cgroup/memory.high"
    echo 0 >"$1/sys/devices/system/node/online"
}
