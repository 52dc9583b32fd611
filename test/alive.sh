# SPDX-License-Identifier: LGPL-2.1-or-later
# Waiting for what another process has to do, for the scripts that source this: it ends where that one
# has ended, however long a slow machine takes.

# Runs a command for as long as a process lives that the shell has started. If that ends first, says so,
# ends the command and fails.
while_alive() { # PID COMMAND…
    local lives=$1 command status=0
    shift
    "$@" &
    command=$!
    while kill -0 "$command" 2>/dev/null; do
        if ! kill -0 "$lives" 2>/dev/null; then
            kill -KILL "$command" 2>/dev/null || :
            wait "$command" 2>/dev/null || :
            echo "$1: process $lives, which it needs, has ended" >&2
            return 1
        fi
        sleep 0.1
    done
    wait "$command" || status=$?
    return $status
}
