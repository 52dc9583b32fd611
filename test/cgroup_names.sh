#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What cgroup.sh calls a cgroup is a name that every runtime takes, in every shell that sources it:
# where it is none, tests take the machine for one without cgroups.
#
#   cgroup_names.sh
set -eu
cd "$(dirname "$0")"
for shell in sh bash; do
    for parent in /tmp /tmp/ /tmp/-of-somebody /tmp/x_y..z "/tmp/two  words" \
        /tmp/012345678901234567890123456789012345678-012345678901234567890123456789; do
        name=$(TMPDIR=$parent "$shell" -c '. ./cgroup.sh && cgroup_name') || name=
        echo "$name" | grep -qxE '[A-Za-z0-9]+(-[A-Za-z0-9]+)*-?snug-[0-9]+' && [ ${#name} -lt 64 ] || {
            echo "$shell, TMPDIR=$parent: '$name' is no name for a cgroup"
            exit 1
        }
    done
    # By which minder.py knows it.
    case $(TMPDIR=/tmp/snug-run-0a1b "$shell" -c '. ./cgroup.sh && cgroup_name') in
    snug-run-0a1b-*) ;;
    *) echo "$shell: the name does not begin with that of TMPDIR" && exit 1 ;;
    esac
done
