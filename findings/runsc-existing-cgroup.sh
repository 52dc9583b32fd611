#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# runsc, gVisor's runtime, applies no limit of config.json in a hierarchy of cgroup v1 where the
# container's cgroup is there already. It says nothing of it, and the container starts.
#
# Seen with runsc 0.0~20221219.0-2+b3 of Debian, amd64, and with the Go module gvisor.dev/gvisor
# v0.0.0-20260905035102-160fafc42237. Here config.json has "memory": {"limit": 268435456}:
#
#   268435456              memory.limit_in_bytes, where runsc makes the cgroup
#   9223372036854771712    where the cgroup was made before, by mkdir alone
#
# Its source says that what exists has been set up by the caller. It is decided for each hierarchy: with
# a folder below memory only, the CPU quota of the same file holds. runc and crun set the limit in
# both cases. So whoever makes the cgroup, to move a process or to watch it, must write the limits too.
#
# Needs root, cgroup v1, curl, dpkg, and a mirror of Debian that still has the package, or
# snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
package=runsc_0.0~20221219.0-2+b3_amd64.deb
sum=7183537aca11632026e71d4b2140f463c8e9a433e6cf8ea81e73f82710aabcd8

memory=$(awk '$3 == "cgroup" && index("," $4 ",", ",memory,") { print $2; exit }' /proc/mounts)
[ "$(id -u)" = 0 ] && [ -n "$memory" ] && [ "$(uname -m)" = x86_64 ] || exit 77
unshare -m true || exit 77
# In a mount namespace of its own: runsc leaves a mount in its folder.
[ -n "${HAS_MOUNTS-}" ] || HAS_MOUNTS=1 exec unshare -m "$0"

name=finding-runsc-$$ folder=$(mktemp -d)
clean_up() {
    local i mount
    "$folder/runsc/usr/bin/runsc" --root "$folder/state" delete --force box 2>/dev/null || :
    for i in {1..100}; do
        for mount in $(awk '$3 == "cgroup" { print $2 }' /proc/mounts); do
            rmdir "$mount/$name" 2>/dev/null || :
        done
        compgen -G "$(dirname "$memory")/*/$name" >/dev/null || break
        sleep 0.1
    done
    awk -v begin="$folder/" 'index($2, begin) == 1 { print $2 }' /proc/mounts | xargs -r umount -l
    rm -rf --one-file-system "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

for from in "$mirror" http://snapshot.debian.org/archive/debian/20240101T000000Z; do
    ! curl -fsSL -O "$from/pool/main/g/golang-gvisor-gvisor/$package" || break
done
[ -e "$package" ] || { echo "no mirror has $package" >&2; exit 77; }
echo "$sum  $package" | sha256sum --check --quiet || exit 77
dpkg -x "$package" runsc

mkdir -p bundle/root/bin
cp /bin/true bundle/root/bin/
cat >bundle/config.json <<END
{
    "ociVersion": "1.0.2",
    "process": {"user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "cwd": "/"},
    "root": {"path": "root", "readonly": true},
    "linux": {
        "cgroupsPath": "/$name",
        "resources": {"memory": {"limit": 268435456}},
        "namespaces": [{"type": "pid"}, {"type": "mount"}]
    }
}
END

limit() {
    ./runsc/usr/bin/runsc --root state --platform=ptrace --network=none create --bundle bundle box \
        >log 2>&1 </dev/null || { cat log >&2 && exit 77; }
    cat "$memory/$name/memory.limit_in_bytes"
    ./runsc/usr/bin/runsc --root state delete --force box
}
new=$(limit)
[ -d "$memory/$name" ] || mkdir "$memory/$name"
existing=$(limit)

if [ "$new $existing" != '268435456 9223372036854771712' ]; then
    echo "runsc-existing-cgroup: a new cgroup has $new, one that was there $existing" >&2
    exit 1
fi
echo "as described"
