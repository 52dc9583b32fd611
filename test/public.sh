# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory for programs and files that other users are to reach, for the scripts that source this.

# Runs a command as nobody of this machine; where the tests may not change users, as they are.
as_other_user() { # COMMAND…
    [ "$(id -u)" != 0 ] || set -- setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    "$@"
}

# Makes a directory that every user can enter and start programs from, and prints its path. It is
# in TMPDIR, unless that is closed to others. Where there is none, fails and prints what the machine
# lacks.
public_make() {
    local parent dir
    for parent in "${TMPDIR-/tmp}" /tmp /var/tmp; do
        dir=$(mktemp -d -p "$parent" snug-XXXXXX) || continue
        chmod 755 "$dir"
        cp /bin/true "$dir/true"
        # setpriv itself still has the right to look everywhere.
        if as_other_user env "$dir/true"; then
            rm "$dir/true"
            echo "$dir"
            return
        fi
        rm -r "$dir"
    done 2>/dev/null
    echo 'machine lacks a directory that other users can enter'
    return 1
}
