# SPDX-License-Identifier: LGPL-2.1-or-later
# Cases of `snug run` with static programs, for cases.sh, which sources this.

# Places in which a start is traced. Its own process has nothing of that afterwards: no tracer, and no
# child, nor one that has ended.
trace_rows() { # NAME
    local options look="(until grep -q ^affinity output; do sleep 0.2; done
            for pid in \$(cat \$BOX/own/cgroup.procs); do
                [ \"\$(readlink /proc/\$pid/exe)\" = /bin/$1 ] || continue
                while [ -n \"\$(cat /proc/\$pid/task/*/children)\" ]; do sleep 0.2; done
                echo no child, \$(grep TracerPid /proc/\$pid/status)
                kill \$pid
            done) &"
    for options in '' '--init '; do
        see_both 2 2 $planned_limit
        row "$1 is alone after its start by snug run $options" \
            "$look snug run $options-- $1 -after 10h; status=\$?; wait; exit \$status" \
            "${box_15[@]}" -- "${sees[@]:0:4}" 'no child, TracerPid: 0' 'status 143' stderr
        row "$1 as PID 1 by snug run $options" \
            "unshare -pfm sh -c 'mount -t proc proc /proc; exec snug run $options-- $1 -after 3s'" \
            "${box_15[@]}" -- "${sees[@]}"
        row "$1 without any privileges by snug run $options" \
            "setpriv --nnp su nobody -c 'exec snug run $options-- $1 -after 3s'" \
            "${box_15[@]}" -- "${sees[@]}"
        row "$1 under a container's filter by snug run $options" \
            "snug run --seccomp /docker.json -- snug run $options-- $1 -after 3s" \
            "${box_15[@]}" -- "${sees[@]}"
    done
}

# All of it at once: PID 1, Docker's default filter, another user than root, nothing to be gained and
# no capabilities.
confined_rows() { # RELEASE NAME
    local options
    for options in '' '--init '; do
        see_both 2 2 "$(shown_limit "$1" "$planned_limit")"
        row "$2 as a container starts it by snug run $options" \
            "printf '#!/bin/sh\nexec snug run $options-- $2 -after 3s\n' >start; chmod 755 start
            exec unshare -pfm sh -c 'mount -t proc proc /proc
                exec snug run --seccomp /docker.json -- setpriv --nnp su -s \$PWD/start nobody'" \
            "${box_15[@]}" -- "${sees[@]}"
    done
}

# Where nobody may trace, not even root: the variables alone, and a line. The machine stays so, and no
# other case of it may need to trace.
yama_rows() { # NAME
    local refused="snug: $1: its start cannot be traced (Operation not permitted)"
    local set='echo 3 >/proc/sys/kernel/yama/ptrace_scope' options more
    local short="sed 's/^snug\[[0-9]*\]/snug/'"
    for options in '' '--init ' '--init --follow=on '; do
        more=
        [ "$options" = "${options#*follow}" ] || more=', and no limit is followed'
        row "$1 where Yama refuses all tracing, by snug run $options" \
            "$set; SNUG_LOG=error snug run $options-- $1 -after 3s 2>&1 | $short" \
            "${box_15[@]}" -- 'NumCPU 4' 'GOMAXPROCS 2' "GOMEMLIMIT $planned_limit" \
            'later NumCPU 4' 'later GOMAXPROCS 2' "$refused, so NumCPU is the machine's$more"
    done
    row "snug explain knows that Yama refuses" "$set; snug explain -- $1 | sed -n 's/^ *start window *//p'" \
        "${box_15[@]}" -- 'no: snug run would trace the start, and tracing is refused'
}
