#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tables of keys in the README and in the man page are those of the option table.
#
#   documents.sh KEYS TOP
. "$(dirname "$0")/expect.sh"
keys=$1 top=$2

# The lines between two marks, without these. By the environment, since awk -v would take
# the backslash of a man page's comment for its own.
between() { # FILE FIRST LAST
    FIRST=$2 LAST=$3 awk '
        $0 == ENVIRON["LAST"] { on = 0 }
        on { print }
        $0 == ENVIRON["FIRST"] { on = 1 }' "$1"
}

same() { # FORM FILE FIRST LAST
    try 0 "$keys" "$1"
    between "$2" "$3" "$4" >"$work/documented"
    diff -u "$work/documented" "$work/out" || fail "$2 differs from '$keys $1'"
}

same markdown "$top/README.md" '<!-- keys -->' '<!-- end of keys -->'
same man "$top/lib/manual/snug.1" '.\" keys' '.\" end of keys'

# A page that groff warns about shows something else than was meant.
if command -v groff >/dev/null; then
    try 0 groff -man -ww -Tutf8 "$top/lib/manual/snug.1"
    is_calm
fi
end
