#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Help, version, and arguments that make no sense.
#
#   help.sh SNUG VERSION
. "$(dirname "$0")/expect.sh"
snug=$1 version=$2

try 0 "$snug" --version
prints_line "snug $version"
is_calm

try 0 "$snug" --help
for command in explain run check stat doctor capture copy completion; do
    prints "  $command "
    try 0 "$snug" "$command" --help
    prints "Usage: snug $command"
    is_calm
    try 0 "$snug" --help
done

try 0 "$snug" --help=keys
prints 'cpu.round'
prints 'up down nearest  (default: up)'
[ "$(awk 'length > 92' "$work/out")" = '' ] || fail 'a line is longer than 92 columns'

try 125 "$snug"
prints_nothing
try 125 "$snug" nurse
complains "snug: there is no command 'nurse'; see 'snug --help'"
try 125 "$snug" --bogus
complains "snug: there is no option '--bogus'"
try 125 "$snug" explain --bogus
complains 'snug explain: there is no option --bogus'
try 125 "$snug" explain --root
complains '--root DIR'
try 125 "$snug" explain --root / --pid 1
complains '--root and --pid exclude each other'
try 125 "$snug" run
complains 'no program is given'
try 125 "$snug" run --pin
complains 'no program is given'
try 125 "$snug" check
complains 'one policy file is needed'
try 125 "$snug" check a b
complains 'one policy file is needed'

if [ -e /dev/full ]; then
    try 125 sh -c '"$1" --help >/dev/full' sh "$snug"
    complains 'standard output: No space left on device'
fi
end
