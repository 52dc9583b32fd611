# SPDX-License-Identifier: LGPL-2.1-or-later
# Cases of containers that runc starts under cgroup v2, for cases.sh, which sources this. The bundles are
# those of bundles.py, in which the limits are; the case's own cgroup has none.
. "$(dirname "$0")/../containers/bases.sh"

# Emulated, a container with its programs takes most of a minute.
sets='none runc'
[ -z "$is_long" ] || sets=$(restriction_sets long)
for libc in glibc musl; do
    for way in baked volume both; do
        for set in $sets; do
            mapfile -t sees < <(expected $libc snug $set |
                awk '/^== / { name = $2; next } { print name " " $0 }')
            row "runc: $libc, $way, restrictions $set: 2 of 1.5 CPUs and 230 MiB" \
                "contain $libc-$way-$set" -- "${sees[@]}"
        done
    done
done
