#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The kernel takes a number with a leading zero as octal where a cgroup's limit is written. A quota of
# 050000, padded so that columns align, is 20,480. No error is given.
#
# Seen on Linux 6.18.44, amd64, cgroup v1. Written and read back:
#
#   cpu.cfs_quota_us           50000       50000
#   cpu.cfs_quota_us           050000      20480
#   pids.max                   100         100
#   pids.max                   0100        64
#   memory.limit_in_bytes      134217728   134217728
#   memory.limit_in_bytes      0100000000  16777216
#
# Who copies a configured value into these files must write it as a number, not as the text that came
# in.
#
# Needs root, and cgroup v1 with cpu, pids and memory. Ends with 77 where these are missing.
set -euo pipefail

name=finding-octal-$$
mount_of() { # CONTROLLER
    awk -v c=",$1," '$3 == "cgroup" && index("," $4 ",", c) { print $2; exit }' /proc/mounts
}
clean_up() {
    for controller in cpu pids memory; do
        rmdir "$(mount_of $controller)/$name" 2>/dev/null || :
    done
}
[ "$(id -u)" = 0 ] || exit 77
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
for controller in cpu pids memory; do
    mount=$(mount_of $controller)
    [ -n "$mount" ] || exit 77
    [ -d "$mount/$name" ] || mkdir "$mount/$name" || exit 77
done

seen=$(
    while read -r file value; do
        case $file in
        memory.*) at=$(mount_of memory) ;;
        *) at=$(mount_of "${file%%.*}") ;;
        esac
        echo "$value" >"$at/$name/$file"
        echo "$file $value $(cat "$at/$name/$file")"
    done <<'END'
cpu.cfs_quota_us 50000
cpu.cfs_quota_us 050000
pids.max 100
pids.max 0100
memory.limit_in_bytes 134217728
memory.limit_in_bytes 0100000000
END
) || exit 77
echo "$seen"
expected='cpu.cfs_quota_us 50000 50000
cpu.cfs_quota_us 050000 20480
pids.max 100 100
pids.max 0100 64
memory.limit_in_bytes 134217728 134217728
memory.limit_in_bytes 0100000000 16777216'
if [ "$seen" != "$expected" ]; then
    echo "limits-octal: on Linux $(uname -r) this differs from what was described" >&2
    exit 1
fi
echo "as described"
