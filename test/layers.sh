#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rooms of lib/ include each other in one direction only. A header of include/snug
# belongs to the room whose .c bears its name, and obeys the same table. Only what a file
# includes itself counts.
#
#   layers.sh SOURCE_ROOT
set -eu
cd "$1"

# The rooms that a room may include.
may_include() { # ROOM
    case $1 in
    base) echo base ;;
    facts) echo base facts ;;
    policy) echo base policy ;;
    plan) echo base facts policy plan ;;
    stats) echo base stats ;;
    apply) echo base facts policy plan stats apply ;;
    hook) echo base plan stats apply hook ;;
    cli) echo base facts policy plan stats apply cli ;;
    esac
}

# The room of a header; nothing if there is no such .c.
room_of() { # HEADER
    for source in lib/*/"${1%.h}".c; do
        [ ! -e "$source" ] || basename "$(dirname "$source")"
    done
}

included_by() { # FILE
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

check_file() { # FILE ROOM
    for header in $(included_by "$1"); do
        room=$(room_of "${header#snug/}")
        case " $(may_include "$2") " in
        *" ${room:-?} "*) ;;
        *) echo "$1: $2 may not include $header${room:+, which is of $room}" ;;
        esac
    done
}

check_all() {
    for file in lib/*/*.[ch]; do
        room=$(basename "$(dirname "$file")")
        [ -n "$(may_include "$room")" ] || echo "$file: there is no room $room"
        check_file "$file" "$room"
    done
    for file in include/snug/*.h; do
        room=$(room_of "${file##*/}")
        if [ -n "$room" ]; then
            check_file "$file" "$room"
        else
            echo "$file: there is no .c of that name in any room"
        fi
    done
}

complaints=$(check_all)
[ -z "$complaints" ] || { echo "$complaints" && exit 1; }
