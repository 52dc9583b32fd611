#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug stat --watch` on a terminal, which is tmux's: what is on the screen, and that the terminal is
# as it was behind it. stat.sh has it without a terminal.
#
#   screen.sh SNUG KEEPER OBJECT
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/../cgroup.sh"
. "$(dirname "$0")/../tmpfs.sh"
snug=$(realpath "$1") keeper=$(realpath "$2") object=$(realpath "$3")
command -v tmux >"$work/where" || { echo 'not installed: tmux'; exit 77; }
group=
clean_all() {
    exec 3>&-
    terminal kill-server 2>/dev/null || :
    [ -z "$group" ] || { wait; cgroup_close "$group"; } 2>/dev/null || :
    clean_up
}
n_terminals=0
# The keeper ends with its input, which a server would keep open.
terminal() { # COMMAND OF TMUX…
    LC_ALL=C.UTF-8 tmux -u -S "$work/tmux$n_terminals" "$@" 3>&-
}
trap clean_all EXIT
trap 'exit 1' HUP INT TERM

# Starts it at a shell's place, which tells how it ended and what the terminal is like then.
open() { # COLUMNS ROWS [NAME=VALUE…] ARGUMENTS OF STAT
    what="$*"
    rm -f "$work/status"
    cat >"$work/script" <<END
cd '$work'
ulimit -c 0
stty -g >before
echo first line
"\$@"
echo \$? >ended
stty -g >after
mv ended status
exec cat
END
    columns=$1 rows=$2
    shift 2
    terminal -f /dev/null new-session -d -x "$columns" -y "$rows" \
        env -u NO_COLOR -u COLUMNS -u LINES LC_ALL=C sh "$work/script" env "$@"
}

# A server that ends is no place for the next one.
close() {
    terminal kill-server
    n_terminals=$((n_terminals + 1))
}

look() { # [OPTION OF capture-pane]
    terminal capture-pane -p "$@" >"$work/out"
    : >"$work/err"
}

# Waits until such a line is on the screen, and leaves the screen as what was printed last.
sees() { # PATTERN [OPTION OF capture-pane]
    pattern=$1
    shift
    until look "$@" && grep -qE -e "$pattern" "$work/out"; do
        terminal has-session || { fail 'the terminal has ended'; return 0; }
        [ ! -e "$work/status" ] || {
            look "$@"
            grep -qE -e "$pattern" "$work/out" || fail "has ended, without: $pattern"
            return 0
        }
        sleep 0.02
    done
}

# What was there is there again, the cursor too, and lines go on in the next one.
is_restored() { # STATUS
    until [ -e "$work/status" ]; do sleep 0.02; done
    look
    [ "$(cat "$work/status")" = "$1" ] || fail "ended with $(cat "$work/status"), not $1"
    cmp -s "$work/before" "$work/after" || fail 'the terminal is set in another way'
    [ "$(head -n 1 "$work/out")" = 'first line' ] || fail 'another screen'
    state=$(terminal display -p '#{cursor_flag} #{wrap_flag} #{alternate_on}')
    [ "$state" = '1 1 0' ] || fail "cursor, wrapping and other screen: $state"
}

is_first() { # LINE
    [ "$(head -n 1 "$work/out")" = "$1" ] || fail "is not the first line: $1"
}

process_of_stat() {
    pgrep -f "^$snug stat --watch" -P "$(terminal display -p '#{pane_pid}')"
}

# Bars, sparklines, what is too much, another size, and `q`.
sizes() {
    begin env GOMEMLIMIT=100MiB "$keeper" 3
    open 80 24 "$snug" stat --watch "$pid"
    sees "^Process $pid kept"
    is_first 'snug stat, every 1 s; q ends it'
    prints 'of 100 MiB'
    [ "$(terminal display -p '#{cursor_flag} #{alternate_on}')" = '0 1' ] || fail 'no other screen'
    # A bar of 16 and a sparkline of 17 columns, up to the right edge.
    sees '^  anonymous     \[#-{15}\] [0-9.]+ [KM]iB of 100 MiB  +\.{2,}$'
    sees '^  threads {26}4 {27,}#{2,}$'
    terminal resize-window -x 200 -y 60
    sees '^  anonymous     \[#-{49}\] [0-9.]+ [KM]iB of 100 MiB  +\.+$'
    is_first 'snug stat, every 1 s; q ends it'
    sees '^  threads .{189}#$' # As wide as the screen.
    # The page and the rest have room or are counted.
    terminal resize-window -x 40 -y 4
    sees 'and [0-9]+ lines more, in a higher termi'
    is_first 'snug stat, every 1 s; q ends it'
    [ "$(grep -c . "$work/out")" = 4 ] || fail 'does not fit'
    terminal resize-window -x 80 -y 24
    sees '^  threads .*#{2,}$'
    terminal send-keys q
    is_restored 0
    close
    finish
}

signals() {
    begin "$keeper"
    for signal in HUP:129 INT:130 QUIT:131 TERM:143; do
        open 80 24 "$snug" stat --watch --interval 3600 "$pid"
        sees "^Process $pid kept"
        kill -${signal%:*} "$(process_of_stat)"
        is_restored ${signal#*:}
        close
    done
    # Stopped and let go on by a shell.
    terminal -f /dev/null new-session -d -x 80 -y 24 env PS1='prompt> ' ENV= bash --norc -i
    rm -f "$work/status"
    sees '^prompt>'
    terminal send-keys "$snug stat --watch --interval 3600 $pid" Enter
    sees "^Process $pid kept"
    terminal send-keys C-z
    sees 'Stopped'
    [ "$(terminal display -p '#{cursor_flag} #{alternate_on}')" = '1 0' ] || fail 'keeps the screen'
    terminal send-keys fg Enter
    sees "^Process $pid kept"
    [ "$(terminal display -p '#{cursor_flag} #{alternate_on}')" = '0 1' ] || fail 'no other screen'
    terminal send-keys C-c
    until [ "$(terminal display -p '#{alternate_on}')" = 0 ]; do sleep 0.02; done
    terminal send-keys 'echo status $?.' Enter
    sees '^status 130\.'
    # Ended while a shell has the terminal, which would stop who touches that.
    terminal send-keys clear Enter "$snug stat --watch --interval 3600 $pid" Enter
    sees "^Process $pid kept"
    terminal send-keys C-z
    sees 'Stopped'
    terminal send-keys 'kill %%' Enter
    what='ended while a shell has the terminal'
    while process_of_stat >"$work/out"; do sleep 0.02; done
    [ "$(terminal display -p '#{cursor_flag} #{alternate_on}')" = '1 0' ] || fail 'no cursor'
    close
    # A terminal that takes nothing keeps nobody from ending.
    open 80 24 "$snug" stat --watch --interval 3600 "$pid"
    sees "^Process $pid kept"
    terminal send-keys C-s
    kill -TERM "$(process_of_stat)"
    what='ended at a terminal that is held'
    while process_of_stat >"$work/out"; do sleep 0.02; done
    terminal send-keys C-q
    until [ -e "$work/status" ]; do sleep 0.02; done
    [ "$(cat "$work/status")" = 143 ] || fail "ended with $(cat "$work/status")"
    close
    finish
}

colours() {
    begin env GOMEMLIMIT=64KiB "$keeper"
    escape=$(printf '\033')
    open 80 24 "$snug" stat --watch "$pid"
    sees "anonymous  .*$escape\[31m#" -e
    terminal send-keys q
    is_restored 0
    close
    open 80 24 NO_COLOR=1 "$snug" stat --watch "$pid"
    sees '^  anonymous ' -e
    prints_no "$escape"
    close
    open 80 24 LC_ALL=C.UTF-8 "$snug" stat --watch "$pid"
    sees '^  anonymous  .*\[(█){16}\]'
    close
    # On what cannot be drawn on it is printed.
    open 80 60 TERM=dumb "$snug" stat --watch --interval 3600 "$pid"
    sees "^Process $pid"
    is_first 'first line'
    close
    finish
}

# The last look stays when the process has ended. What snug has counted is there too.
ended() {
    pages=$(tmpfs_make) || { untried "$pages"; return; }
    elsewhere=$pages
    begin env SNUG_SCOPE=all SNUG_STATS_FILE="$pages/page" LD_PRELOAD="$object" "$keeper" 3
    open 80 50 "$snug" stat --watch "$pid"
    sees '^ {19}3  threads created through libc$'
    prints "  page            $pages/page"
    finish
    is_restored 0
    prints_line 'The processes have ended. The last look:'
    prints "Process $pid"
    close
}

limited() {
    group=$(cgroup_open) || {
        group=
        untried 'machine lets nobody make a cgroup'
        return
    }
    cgroup_limit "$group" 50000 67108864
    begin cgroup_run "$group" "$keeper"
    open 80 24 "$snug" stat --watch "$pid"
    sees '^CPU of .*-snug-'
    sees '^  throttled     \[-{16}\] 0 % of 0 periods '
    sees '^  in use        \[[#-]{16}\] [0-9.]+ [KM]iB of 64 MiB  .*[_.]$'
    prints '  events        high '
    # A long name keeps its end.
    terminal resize-window -x 16 -y 24
    sees '^CPU of ~.{8}$'
    close
    finish
}

sizes
signals
colours
ended
limited
end
