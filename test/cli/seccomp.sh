#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Profiles that are wrong: one sentence with the place, and nothing is started. What right ones
# do is test/preload/profile.sh.
#
#   seccomp.sh SNUG DYNAMIC
. "$(dirname "$0")/expect.sh"
snug=$1 dynamic=$(realpath "$2")
profile=$work/profile.json

# Both commands say it.
refuses() { # PROFILE SENTENCE
    printf '%s' "$1" >"$profile"
    for command in run explain; do
        try 125 "$snug" $command --seccomp "$profile" -- "$dynamic"
        complains "snug: $profile: $2"
        prints_nothing
    done
}

group() { # MEMBERS SENTENCE
    refuses "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"],
        \"action\": \"SCMP_ACT_LOG\"}, {$1}]}" "$2"
}

comparison() { # MEMBERS SENTENCE
    group "\"names\": [\"read\"], \"action\": \"SCMP_ACT_KILL\", \"args\": [{$1}]" \
        "syscalls[1].args[0]$2"
}

grammar() {
    refuses '' 'line 1, column 0: '
    refuses '{' 'line 1, column 1: '
    refuses '{"defaultAction": "SCMP_ACT_ALLOW",
}' "line 2, column 1: string or '}' expected near '}'"
    refuses "{'defaultAction': 1}" 'line 1, column 2: '
    refuses '{"a": 1} b' 'line 1, column 10: '
    refuses '{"a": 1, "a": 2}' 'line 1, column 12: duplicate object key near'
    refuses '{"a": 99999999999999999999}' 'line 1, column 26: too big integer'
    refuses "$(printf '{"a": "\033[2J\377"}')" 'line 1, column '
    refuses "$(head -c 100000 /dev/zero | tr '\0' '[')" 'line 1, column '
    refuses '[]' 'an object is needed'
    refuses 'null' 'line 1, column 4: '
    rm -f "$profile"
    try 125 "$snug" run --seccomp "$profile" -- "$dynamic"
    complains "snug: $profile: No such file or directory"
    # A FIFO without a writer is empty; what a shell gives has one.
    mkfifo "$work/fifo"
    for command in explain run; do
        try 125 timeout 600 "$snug" $command --seccomp "$work/fifo" -- "$dynamic"
        complains "$work/fifo"
    done
    try 0 bash -c '"$1" explain --seccomp <(sleep 0.1; echo "$2") -- "$3"' bash \
        "$snug" '{"defaultAction": "SCMP_ACT_ALLOW"}' "$dynamic"
    try 125 "$snug" explain --seccomp "$work" -- "$dynamic"
    complains "snug: $work: Is a directory"
    prints_nothing
}

types() {
    allow='"defaultAction": "SCMP_ACT_ALLOW"'
    refuses '{}' 'defaultAction is missing'
    refuses '{"defaultAction": null}' 'defaultAction is missing'
    refuses '{"defaultAction": 1}' 'defaultAction: a string is needed'
    refuses '{"defaultAction": "SCMP_ACT_ALOW"}' 'defaultAction "SCMP_ACT_ALOW" is not known'
    refuses '{"defaultAction": "SCMP_ACT_NOTIFY"}' 'SCMP_ACT_NOTIFY cannot be the default'
    refuses '{"defaultAction": "SCMP_ACT_KILL", "defaultErrnoRet": 1}' \
        'SCMP_ACT_KILL has no defaultErrnoRet'
    refuses '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": "1"}' \
        'defaultErrnoRet: a whole number from 0 to 4095 is needed'
    refuses '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096}' 'defaultErrnoRet: a'
    refuses '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1.0}' 'defaultErrnoRet: a'
    refuses "{$allow, \"architectures\": \"SCMP_ARCH_X86\"}" 'architectures: an array is needed'
    refuses "{$allow, \"architectures\": [\"SCMP_ARCH_X86\", 7]}" 'architectures[1]: a string'
    refuses "{$allow, \"architectures\": [\"SCMP_ARCH_Z80\"]}" \
        '"SCMP_ARCH_Z80" is no architecture that libseccomp knows'
    refuses "{$allow, \"architectures\": [\"x86\"]}" '"x86" is no architecture'
    refuses "{$allow, \"architectures\": [\"SCMP_ARCH_S390X\"]}" 'SCMP_ARCH_S390X cannot be'
    refuses "{$allow, \"archMap\": {}}" 'archMap: an array is needed'
    refuses "{$allow, \"archMap\": [1]}" 'archMap[0]: an object is needed'
    refuses "{$allow, \"architectures\": [\"SCMP_ARCH_X86\"], \"archMap\": [{}]}" \
        'both architectures and archMap are given'
    refuses "{$allow, \"flags\": [\"SECCOMP_FILTER_FLAG_NEW\"]}" \
        'flag "SECCOMP_FILTER_FLAG_NEW" is not known'
    refuses "{$allow, \"syscalls\": {}}" 'syscalls: an array is needed'
    refuses "{$allow, \"syscalls\": [[]]}" 'syscalls[0]: an object is needed'
}

groups() {
    group '"names": ["read"]' 'syscalls[1]: action is missing'
    group '"action": "SCMP_ACT_KILL"' 'syscalls[1]: names is missing'
    group '"names": "read", "action": "SCMP_ACT_KILL"' 'syscalls[1].names: an array is needed'
    group '"names": ["read", null], "action": "SCMP_ACT_KILL"' \
        'syscalls[1].names[1]: a string is needed'
    group '"names": ["read"], "name": "write", "action": "SCMP_ACT_KILL"' \
        'syscalls[1]: both name and names are given'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "errnoRet": 2' \
        'syscalls[1]: SCMP_ACT_KILL has no errnoRet'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "args": 1' \
        'syscalls[1].args: an array is needed'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "args": [1]' \
        'syscalls[1].args[0]: an object is needed'
    comparison '"index": 0' ': op is missing'
    comparison '"op": "SCMP_CMP_EQ"' ': index is missing'
    comparison '"index": 6, "op": "SCMP_CMP_EQ"' '.index: a whole number from 0 to 5 is needed'
    comparison '"index": -1, "op": "SCMP_CMP_EQ"' '.index: a whole'
    comparison '"index": 0, "op": "="' ': op "=" is not known'
    comparison '"index": 0, "op": "SCMP_CMP_EQ", "value": "7"' '.value: a whole number'
    comparison '"index": 0, "op": "SCMP_CMP_EQ", "valueTwo": []' '.valueTwo: a whole number'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "includes": []' \
        'syscalls[1].includes: an object is needed'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "includes": {"caps": "CAP_KILL"}' \
        'syscalls[1].includes.caps: an array is needed'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "excludes": {"arches": [1]}' \
        'syscalls[1].excludes.arches[0]: a string is needed'
    group '"names": ["read"], "action": "SCMP_ACT_KILL", "excludes": {"minKernel": "new"}' \
        'syscalls[1].excludes: minKernel "new" is no version such as 4.8'
}

supervisors() {
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
        [{"names": ["read"], "action": "SCMP_ACT_NOTIFY"}]}' >"$profile"
    try 125 "$snug" run --seccomp "$profile" -- "$dynamic"
    complains 'SCMP_ACT_NOTIFY needs a supervisor, and there is none'
    prints_nothing
    try 0 "$snug" explain --seccomp "$profile" -- "$dynamic"
    prints 'refuses         none of the calls that libc and snug need'

    try 125 "$snug" run --seccomp-log -- "$dynamic"
    complains '--seccomp-log needs --seccomp FILE'
}

# For programs.
as_json() {
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["no_such_call", "futex"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
         "args": [{"index": 1, "value": 128, "op": "SCMP_CMP_EQ"}]},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$profile"
    try 0 "$snug" explain --json --seccomp "$profile" -- "$dynamic"
    is_calm
    python3 - "$work/out" >"$work/differences" 2>&1 <<'END' || fail "$(cat "$work/differences")"
import json, sys
profile = json.load(open(sys.argv[1]))['seccomp_profile']
assert profile['skipped'] == ['no_such_call'], profile
clone3, futex = profile['refuses']
assert clone3['name'] == 'clone3' and clone3['number'] == 435 and clone3['is_harmless']
assert clone3['arguments'] == {} and clone3['action'] == 'errno' and clone3['errno'] == 38
assert futex['name'] == 'futex' and futex['arguments'] == {'1': 128}, futex
assert not futex['is_harmless']
END
}

# Names that libseccomp does not know, be they many or no names at all: each is told.
strangers() {
    python3 - >"$profile" <<'END'
import json
names = [f'no_such_call_{i:03}_with_a_name_as_long_as_this' for i in range(200)]
names += ['\033[2J no name']
print(json.dumps({'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [
    {'names': names, 'action': 'SCMP_ACT_ERRNO'}]}))
END
    try 0 "$snug" explain --json --seccomp "$profile" -- "$dynamic"
    python3 - "$work/out" >"$work/differences" 2>&1 <<'END' || fail "$(cat "$work/differences")"
import json, sys
skipped = json.load(open(sys.argv[1]))['seccomp_profile']['skipped']
assert len(skipped) == 201 and skipped[199].startswith('no_such_call_199_'), skipped
assert skipped[200] == '?[2J?no?name', skipped[200]
END
    for command in run explain; do
        try 0 "$snug" $command --seccomp "$profile" -- true
        [ "$(cat "$work/out" "$work/err" | grep -o 'no_such_call_[0-9]*' | sort -u | wc -l)" = 200 ] ||
            fail 'does not name all 200'
        ! grep -q "$(printf '\033')" "$work/out" "$work/err" || fail 'hands on control characters'
    done
}

# In pieces, not byte by byte.
few_reads() {
    if ! strace -o "$work/trace" true 2>"$work/err"; then return; fi
    strangers_bytes=$(wc -c <"$profile")
    try 0 strace -e trace=read,pread64 -o "$work/trace" \
        "$snug" explain --seccomp "$profile" -- "$dynamic"
    n_reads=$(grep -c '^p*read' "$work/trace")
    [ "$n_reads" -lt 100 ] || fail "$n_reads reads for $strangers_bytes bytes"
}

grammar
types
groups
supervisors
as_json
strangers
few_reads
end
