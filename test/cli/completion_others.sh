#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug completion` for zsh and fish: what is offered is what --help and the table of keys name.
# completion.sh has bash.
#
#   completion_others.sh SNUG zsh|fish
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1") shell=$2
command -v "$shell" >"$work/where" || { echo "not installed: $shell"; exit 77; }

try 0 "$snug" completion "$shell"
is_calm
cp "$work/out" "$work/script"

# What compadd and its like would offer, without the machinery around it.
cat >"$work/zsh" <<'END'
compdef() { : }
compadd() {
    while [[ $1 != -- ]]; do shift; done
    shift
    for one in "$@"; do [[ $one != $prefix* ]] || print -r -- $one; done
}
compset() { prefix=${prefix#*=} }
_files() { print files }
_command_names() { print commands }
source $1
shift
words=(snug "$@") CURRENT=$(($# + 1)) prefix=${@[-1]}
_snug
END

# Completes the last of the words, and sorts what is offered.
offer() { # WORD…
    what="completion of: $*"
    case $shell in
    zsh) zsh -f "$work/zsh" "$work/script" "$@" ;;
    fish)
        printf '%s ' snug "$@" | sed 's/ $//' >"$work/line"
        (cd "$work" && HOME="$work" fish -c 'source script; complete -C (cat line)') | cut -f 1
        ;;
    esac >"$work/offered" 2>"$work/err" || : # Nothing fits.
    LC_ALL=C sort -u "$work/offered" >"$work/out"
}

is_offered() { # LINES
    printf '%s\n' "$@" | LC_ALL=C sort | diff -u - "$work/out" >"$work/difference" ||
        fail "offers something else: $(cat "$work/difference")"
}

"$snug" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$work/commands"
offer ex
is_offered explain
offer ''
for command in $(cat "$work/commands"); do
    prints_line "$command"
done

# fish has the sign of a key only where its value is to be completed.
sign=
[ $shell = fish ] || sign==
"$snug" --help=keys | sed -n "s/^  \([a-z][a-z_.]*\) .*/--\1$sign/p" >"$work/keys"
for command in $(cat "$work/commands"); do
    "$snug" "$command" --help | grep -oE '^ +--[a-z][a-z-]*' | tr -d ' ' >"$work/options"
    case $command in
    explain | run | doctor) cat "$work/keys" >>"$work/options" ;;
    esac
    offer "$command" --
    is_offered $(cat "$work/options")
done

offer run --cpu.round=
if [ $shell = fish ]; then
    is_offered --cpu.round=up --cpu.round=down --cpu.round=nearest
else
    is_offered up down nearest
fi
offer explain --pid $$
prints_line $$
offer completion ''
for name in bash zsh fish; do prints_line $name; done
offer nurse --
prints_nothing
mkdir "$work/captured"
offer explain --root captu
[ $shell = fish ] && is_offered captured/ || is_offered files
offer stat --textfile captu
[ $shell = fish ] && is_offered captured/ || is_offered files
end
