# SPDX-License-Identifier: LGPL-2.1-or-later
# A mount namespace of its own for a script of bash that sources this, before anything is mounted over
# what belongs to the machine.

# Starts the script anew in one, once. The variable HAS_MOUNTS is the number of a descriptor of the
# namespace above: by itself a variable proves nothing. Returns 0 if the script has one of its own.
part_mounts() { # SCRIPT ARGUMENT…
    local above own
    above=$(readlink "/proc/self/fd/${HAS_MOUNTS-}") || above=
    own=$(readlink /proc/self/ns/mnt) || own=
    case $above in
    mnt:*)
        exec {HAS_MOUNTS}<&-
        unset HAS_MOUNTS
        [ -n "$own" ] && [ "$own" != "$above" ]
        return
        ;;
    esac
    [ "$(id -u)" = 0 ] && unshare -mpfn sh -c \
        'mount -t tmpfs none /sys && mount -t sysfs none /sys && mount -t proc none /proc' 2>/dev/null ||
        return
    exec {HAS_MOUNTS}</proc/self/ns/mnt
    export HAS_MOUNTS
    exec unshare -m "$@"
}
