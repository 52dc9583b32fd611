#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rooms of lib/ include each other in one direction only. A header lies in include/snug
# where its .c lies in lib, and obeys the same table. Only what a file includes itself counts.
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
    cli | cli/*) may_include_in_cli "$1" | sed 's|$| base facts policy plan stats apply|' ;;
    esac
}

# The rooms of the command: one for each sub-command, above those that they share.
may_include_in_cli() { # ROOM
    case $1 in
    cli) echo cli/command cli/explain cli/run cli/stat cli/check cli/doctor cli/capture \
        cli/copy cli/completion ;;
    cli/command) echo cli/command ;;
    cli/copy) echo cli/command "$1" ;;
    cli/subject | cli/profile) echo cli/command "$1" ;;
    cli/trace) echo cli/command cli/subject "$1" ;;
    cli/capture) echo cli/command cli/subject cli/explain cli/doctor "$1" ;;
    cli/explain | cli/run | cli/stat | cli/check | cli/doctor | cli/completion)
        echo cli/command cli/subject cli/profile cli/trace "$1"
        ;;
    esac
}

# `ROOM FILE`, of all sources and headers.
list_files() {
    find lib -name '*.[ch]' | LC_ALL=C sort | sed 's|^lib/\(.*\)/[^/]*$|\1 &|'
    find include/snug -name '*.h' | LC_ALL=C sort | sed 's|^include/snug/\(.*\)/[^/]*$|\1 &|'
}

# `ROOM ALLOWED…`
list_rooms() {
    list_files | cut -d' ' -f1 | LC_ALL=C sort -u | while read -r room; do
        echo "$room" $(may_include "$room")
    done
}

check_all() {
    { list_rooms && echo && list_files; } | awk '
        !NF { is_file = 1; next }
        !is_file {
            has_rule[$1] = NF > 1
            for (i = 2; i <= NF; i++) may[$1, $i] = 1
            next
        }
        {
            room = $1
            file = $2
            if (!has_rule[room]) print file ": there is no room " room
            while ((getline line < file) > 0) {
                if (line !~ /^[ \t]*#[ \t]*include[ \t]*"/) continue
                split(line, part, "\"")
                of = part[2]
                sub(/^snug\//, "", of)
                if (!sub(/\/[^\/]*$/, "", of)) of = "."
                if (!((room, of) in may)) print file ": " room " may not include " part[2]
            }
            close(file)
        }'
    find include/snug -name '*.h' | LC_ALL=C sort | while read -r file; do
        name=${file#include/snug/}
        [ -e "lib/${name%.h}.c" ] || echo "$file: there is no lib/${name%.h}.c"
    done
}

# Root would open everything that a process names; rights.c opens it as that process.
check_rights() {
    grep -rn 'snug_root_\(of_process\|enter\)(' lib/cli | grep -v '^lib/cli/subject/rights\.c:' |
        sed 's/:.*/: a process of another user is looked at by snug_rights_root/'
}

complaints=$(check_all && check_rights)
[ -z "$complaints" ] || { echo "$complaints" && exit 1; }
