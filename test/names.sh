#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Names and sizes: what stands at the top, one file for a name, public functions with the
# name of their file, files of at most 400 lines, a licence tag in each.
#
#   names.sh SOURCE_ROOT
set -eu
cd "$1"
gone=$(mktemp)
trap 'rm -f "$gone"' EXIT
trap 'exit 1' HUP INT TERM

# In a checkout what git knows or would add, else all but build directories.
list_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --deleted >"$gone"
        git ls-files --cached --others --exclude-standard | grep -vxFf "$gone" | LC_ALL=C sort -u
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

# Sources by their names, and what the kernel would start.
check_sources() {
    list_files | tr '\n' '\0' | LC_ALL=C xargs -0 awk '
        function end() {
            if (is_source && n > 400) print last ": " n " lines are more than 400"
            if (is_source && !has_tag) print last ": it has no licence tag in its first line"
        }
        FNR == 1 {
            end()
            last = FILENAME
            has_tag = 0
            is_source = last !~ /^test\/data\/|^COPYING$/ &&
                (last ~ /\.(c|h|S|go|py|sh|map)$|meson\.build$/ || /^#!/)
        }
        FNR <= 2 && /SPDX-License-Identifier: LGPL-2\.1-or-later$/ { has_tag = 1 }
        { n = FNR }
        END { end() }'
}

# The functions that a file defines for others begin with its name: `type name(` at the start of a
# line that is no declaration. Others chose what the object exports, what compilers call, and main.
check_functions() {
    find lib -name '*.c' | LC_ALL=C sort | xargs awk '
        NR == FNR { if (/^    [a-z0-9_]*;$/) { gsub(/[ ;]/, ""); is_export[$0] = 1 } next }
        FNR == 1 { noun = FILENAME; gsub(/.*\/|\.c$/, "", noun) }
        {
            gsub(/__attribute__\(\(.*\)\) */, "")
            if (/^(static|typedef|extern) / || /;$/ || !/^[a-z][a-z0-9_ *]*[ *][A-Za-z0-9_]*\(/) next
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            if (index(name, "snug_" noun "_") == 1) next
            if (FILENAME == "lib/base/mem.c" && name ~ /^mem/) next
            if (FILENAME ~ /^lib\/cli\// && name == "main") next
            if (FILENAME ~ /^lib\/hook\// && name in is_export) next
            print FILENAME ": " name " does not begin with snug_" noun "_"
        }' lib/hook/snug.map
}

complaints=$(check_top && check_unique && check_sources && check_functions)
[ -z "$complaints" ] || { echo "$complaints" && exit 1; }
