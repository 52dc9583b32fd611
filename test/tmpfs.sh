# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory for pages of stats.file, for the scripts that source this.

# Makes a directory in the tmpfs of this machine and prints its path; where there is none, fails
# and prints what the machine lacks. By its name minder.py knows it.
tmpfs_make() {
    [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] &&
        mktemp -d -p /dev/shm "$(basename "${TMPDIR-/tmp}")-snug-XXXXXX" && return
    echo 'machine lacks a tmpfs at /dev/shm'
    return 1
}
