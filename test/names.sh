#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Names and sizes: what stands at the top, one file for a name, public functions with the
# name of their file, files of at most 400 lines, a licence tag in each.
#
#   names.sh SOURCE_ROOT
set -eu
cd "$1"

# In a checkout what git knows or would add, else all but build directories.
list_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard | while read -r file; do
            [ ! -e "$file" ] || echo "$file"
        done
    else
        find . -type f ! -path './.*/*' ! -path './build*/*' | sed 's|^\./||'
    fi
}

check_top() {
    list_files | cut -d/ -f1 | sort -u | while read -r name; do
        case $name in
        lib | include | test | examples | findings | meson.build | README.md | COPYING | .*) ;;
        *) echo "$name: nothing else may stand at the top" ;;
        esac
    done
}

# A header has the name of its .c.
check_unique() {
    list_files | grep '\.[ch]$' | sed 's|.*/||' | sort | uniq -d |
        sed 's/$/: several files have this name/'
}

is_source() { # FILE
    case $1 in
    test/data/* | COPYING) return 1 ;;
    *.c | *.h | *.S | *.go | *.py | *.sh | *.map | *meson.build) return 0 ;;
    *) head -c 2 "$1" | grep -q '#!' ;;
    esac
}

check_sources() {
    list_files | while read -r file; do
        is_source "$file" || continue
        n_lines=$(wc -l <"$file")
        [ "$n_lines" -le 400 ] || echo "$file: $n_lines lines are more than 400"
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later$' ||
            echo "$file: it has no licence tag in its first line"
    done
}

# The names of the functions that a file defines for others: `type name(` at the start of a
# line that is no declaration.
public_functions() { # FILE
    sed 's/__attribute__((.*)) *//' "$1" |
        sed -n '/^\(static\|typedef\|extern\) /d; /;$/d
                s/^[a-z][a-z0-9_ *]*[ *]\([A-Za-z0-9_]*\)(.*/\1/p'
}

# Names that somebody else chose: what the object exports, what compilers call, main.
is_given() { # FILE NAME
    case $1:$2 in
    lib/base/mem.c:mem* | lib/cli/*:main) return 0 ;;
    lib/hook/*) grep -q "[[:space:]]$2;" lib/hook/snug.map ;;
    *) return 1 ;;
    esac
}

check_functions() {
    for file in $(find lib -name '*.c' | LC_ALL=C sort); do
        noun=$(basename "$file" .c)
        for name in $(public_functions "$file"); do
            case $name in
            "snug_${noun}_"*) ;;
            *) is_given "$file" "$name" || echo "$file: $name does not begin with snug_${noun}_" ;;
            esac
        done
    done
}

complaints=$(check_top && check_unique && check_sources && check_functions)
[ -z "$complaints" ] || { echo "$complaints" && exit 1; }
