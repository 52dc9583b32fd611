#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug completion bash`: what is offered is what --help and the table of keys name.
#
#   completion.sh SNUG
. "$(dirname "$0")/expect.sh"
snug=$(realpath "$1")

try 0 "$snug" completion bash
is_calm
cp "$work/out" "$work/script"
. "$work/script"
compopt() { :; } # It is for a completion under way only.

# Completes the last of the words, which are parted as bash does it, and sorts what is offered.
offer() { # WORD…
    what="completion of: $*"
    COMP_WORDS=(snug "$@") COMP_CWORD=$#
    _snug || : # Nothing fits.
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort >"$work/out"
    : >"$work/err"
}

is_offered() { # LINES
    printf '%s\n' "$@" | LC_ALL=C sort | diff -u - "$work/out" >"$work/difference" ||
        fail "offers something else: $(cat "$work/difference")"
}

"$snug" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$work/commands"
offer ''
is_offered $(cat "$work/commands") --help --help=keys --version
offer ex
is_offered explain

"$snug" --help=keys | sed -n 's/^  \([a-z][a-z_.]*\) .*/--\1=/p' >"$work/keys"
[ "$(wc -l <"$work/keys")" -ge 25 ] || fail 'there are keys missing in --help=keys'
for command in $(cat "$work/commands"); do
    "$snug" "$command" --help | grep -oE '^ +--[a-z][a-z-]*' | tr -d ' ' >"$work/options"
    case $command in
    explain | run | doctor) cat "$work/keys" >>"$work/options" ;;
    esac
    offer "$command" --
    is_offered $(cat "$work/options")
done

for before in '--cpu.round = ' '--cpu.round ='; do
    IFS=' ' read -r key sign <<<"$before"
    [ "${before%= }" = "$before" ] && offer run "$key" = || offer run "$key" = ''
    is_offered up down nearest
done
offer run --cpu.round = d
is_offered down
offer explain --pid $$
is_offered $$
cd "$work" && mkdir captured
offer explain --root captu
is_offered captured
offer stat captu
is_offered captured
offer check --cpu
is_offered ''
offer completion z
is_offered zsh
offer nurse --
is_offered ''

try 125 "$snug" completion
complains 'the shell is to be bash, zsh or fish'
try 125 "$snug" completion csh
complains 'the shell is to be bash, zsh or fish'
end
