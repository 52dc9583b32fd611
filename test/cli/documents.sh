#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The books say what the program says: the keys in the README and in snug.conf(5) are those of
# the option table, snug(1) has each option of --help, the README's `snug explain` is a real one.
#
#   documents.sh KEYS TOP SNUG
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/machine.sh"
keys=$1 top=$2 snug=$(realpath "$3")
manual=$top/lib/manual

# The lines between two marks, without these. By the environment, since awk -v would take
# the backslash of a man page's comment for its own.
between() { # FILE FIRST LAST
    FIRST=$2 LAST=$3 awk '
        $0 == ENVIRON["LAST"] { on = 0 }
        on { print }
        $0 == ENVIRON["FIRST"] { on = 1 }' "$1"
}

# Each key of the page begins with the three lines of the table; prose of the page follows.
# The three lines of one key stand together, in the table's order, and no other key does.
try 0 "$keys" man
between "$manual/snug.conf.5" '.\" keys' '.\" end of keys' |
    awk '/^\.TP$/ { n = 3 } n-- > 0 { print }' >"$work/documented"
diff -u "$work/documented" "$work/out" || fail "snug.conf.5 differs from '$keys man'"

# The README has some rows, with a meaning of its own.
try 0 "$keys" markdown
grep '^| `[a-z.]*` | .* | .* | ' "$top/README.md" | sed 's/ | [^|]*|$/ |/' >"$work/rows"
[ "$(wc -l <"$work/rows")" = 8 ] || fail 'the README does not have eight keys'
while read -r row; do
    prints "$row"
done <"$work/rows"

# Each check of the doctor stands in snug(1), in the order of the table, with what it goes by. The
# names alone are compared: a script cannot judge the rest, but a check without a word is found.
try 0 "$snug" doctor --list
sed -n 's/^  \([a-z]*\.[a-z]*\) .*/\1/p' "$work/out" >"$work/checks"
[ "$(wc -l <"$work/checks")" -ge 40 ] || fail 'prints no list of checks'
between "$manual/snug.1" '.\" checks' '.\" end of checks' |
    awk '/^\.TP$/ { getline; name = $2; getline; print name (/^[A-Z].*[a-z]/ ? "" : " says nothing") }' \
        >"$work/documented"
diff -u "$work/checks" "$work/documented" || fail 'snug.1 has other checks than snug doctor --list'

# Each option that --help names stands in snug(1).
for command in '' explain run doctor capture copy completion check stat; do
    try 0 "$snug" $command --help
    grep -o -e '^ *--[a-z][a-z-]*' "$work/out" | tr -d ' ' | sed 's/-/\\-/g' |
        while read -r option; do
            grep -qF -e "$option" "$manual/snug.1" || echo "$command $option"
        done >"$work/missing"
    [ ! -s "$work/missing" ] || fail "snug.1 lacks: $(cat "$work/missing")"
done

# The README's answer is what the command says of such a machine.
make_tree "$work/captured"
cd "$work"
awk '/^```$/ { on = 0 } on { print } /^\$ snug explain --root captured$/ { on = 1 }' \
    "$top/README.md" >"$work/documented"
try 0 "$snug" explain --root captured
diff -u "$work/documented" "$work/out" || fail 'the README has another answer of explain'

# A stranger reads one page.
[ "$(wc -l <"$top/README.md")" -le 200 ] || fail 'the README has more than 200 lines'
[ "$(wc -w <"$top/README.md")" -le 2000 ] || fail 'the README has more than 2,000 words'

# Where it works: what was tried names the folders in test that try it, and each place has a row.
# A row is "TITLE: FOLDER…: first word".
awk '/^\.SH / { on = $0 == ".SH WHERE IT WORKS" } !on { next }
    /^\.TP$/ { by = ""; n = 1; next }
    /^\.\\" by / { sub(/^\.\\" by /, ""); by = $0; next }
    n && n++ == 1 { title = $0; next }
    n == 3 { print title ":" by ":" $1; n = 0 }' "$manual/libsnug.7" >"$work/rows"
grep -q ':Tried' "$work/rows" || fail 'libsnug.7 has no table of where snug works'
while IFS=: read -r title folders word; do
    case $word:$folders in
    Tried*:) fail "libsnug.7 does not name what tries $title" ;;
    Tried*) ;;
    *:?*) fail "libsnug.7 names what tries $title, and does not say that it is tried" ;;
    esac
    for folder in $folders; do
        [ -d "$top/test/$folder" ] || fail "libsnug.7 lets test/$folder try $title, which is not there"
        case $folder in
        places/*) [ -x "$top/test/$folder/run" ] || fail "test/$folder has no script run" ;;
        esac
    done
done <"$work/rows"
cut -d: -f2 "$work/rows" | tr ' ' '\n' >"$work/folders"
for script in "$top"/test/places/*/run; do
    folder=${script#"$top/test/"}
    grep -qx "${folder%/run}" "$work/folders" || fail "libsnug.7 does not say what ${folder%/run} tries"
done

# A page that a formatter warns about shows something else than was meant.
for page in "$manual"/*.[1-8]; do
    if command -v groff >/dev/null; then
        try 0 groff -man -ww -Tutf8 "$page"
        is_calm
    fi
    if command -v mandoc >/dev/null; then
        try 0 mandoc -Tlint -W warning "$page"
        prints_nothing
        is_calm
    fi
done
end
