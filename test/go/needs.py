#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which system calls a Go release needs: seen, not read.

    needs.py see PROGRAM [NAME=VALUE…]
            prints what PROGRAM (go/needs) was seen to call, and when
    needs.py check FILTERS RELEASE PROGRAM [NAME=VALUE…]
            compares that with lib/plan/needs.c, told by FILTERS; with a LD_PRELOAD among the
            variables snug's calls too, with all keys on

A call is seen "start" (before main), "runtime" (whatever the program is) or "package" (since the
program asked a package for it). The list has to hold the first two, at their time, and nothing
that is not seen at all.
"""
import os, re, resource, signal, subprocess, sys, tempfile, time

LINE = re.compile(r'^(\d+) +(\w+)\((.*)')
MARK = re.compile(r'^write\((?:-1|4294967295), "(\w+) (\w+)')
ENOUGH_SECONDS = 1800

# SNUG_NEEDS_…, of include/snug/plan/needs.h.
GO, LIBC, SNUG, START, FOLLOW, RARE = 1, 2, 4, 8, 16, 64

# In the list and not seen, with the reason.
UNSEEN = {
    'clock_gettime': 'where the vDSO answers',
    'clone': 'where clone3 is known, for libc',
    'exit_group': 'since this program ends by a signal',
    'membarrier': 'of glibc, but of musl',
    'getpid': 'in a run in which nothing was interrupted',
    'rt_sigreturn': 'in a run in which nothing was interrupted',
    'set_robust_list': 'of old libcs',
    'rseq': 'of old libcs',
}


def see(program, environment):
    """{call: {when}}, from one run."""
    trace = tempfile.NamedTemporaryFile(mode='r', suffix='.trace')
    assignments = [part for pair in environment for part in ('-E', pair)]
    child = subprocess.Popen(['strace', '-f', '-qq', '-o', trace.name, *assignments, program],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lower_limits)
    has_stopped, end = False, time.monotonic() + ENOUGH_SECONDS
    while child.poll() is None and time.monotonic() < end:
        text = open(trace.name).read()
        if not has_stopped and '"runtime stopped' in text:
            has_stopped = True
            stop_often(int(text.split(None, 1)[0]))
        time.sleep(0.02)
    child.kill()
    words = child.communicate()[1]
    if not has_stopped or 'panic: on purpose' not in words:
        sys.exit(f'{program} did not come to its end:\n{words}')
    return sort_out(open(trace.name))


def lower_limits():
    """As under systemd: what Go raises at its start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, hard // 2), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)


def stop_often(pid):
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGSTOP):
        time.sleep(0.3)
        os.kill(pid, number)
        time.sleep(0.2)
        os.kill(pid, signal.SIGCONT)


def sort_out(lines):
    seen, when, own = {}, 'start', None
    others = set()
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        pid, call, rest = match.groups()
        own = own or pid
        if pid in others:
            continue
        mark = MARK.match(f'{call}({rest}')
        if mark:
            when = mark.group(1)
            continue
        if call == 'execve' and when != 'start':
            others.add(pid)  # From here on it is another program.
        seen.setdefault(call, set()).add(when)
    return seen


def told(filters, who, minor):
    text = subprocess.run([filters, 'list', str(who), minor], check=True, capture_output=True,
                          text=True).stdout
    return set(text.split())


def main():
    if sys.argv[1] == 'see':
        for call, when in sorted(see(sys.argv[2], sys.argv[3:]).items()):
            print(f'{call:24}', *sorted(when))
        return 0
    filters, release, program = sys.argv[2:5]
    minor = release.split('.')[1]
    seen = see(program, sys.argv[5:])
    has_snug = any(pair.startswith('LD_PRELOAD=') for pair in sys.argv[5:])
    has_libc = 'set_tid_address' in seen
    who = GO | (LIBC if has_libc else 0) | (SNUG | FOLLOW | RARE if has_snug else 0)
    everything, later = told(filters, who | START, minor), told(filters, who, minor)
    wrong = []
    for call, when in sorted(seen.items()):
        if 'start' in when and call not in everything:
            wrong.append(f'{call} is called before main, and not in the list')
        if 'runtime' in when and call not in later:
            wrong.append(f'{call} is called after main, and not in the list')
    if not has_snug:
        wrong += [f'{call} is in the list, and not called'
                  for call in sorted(everything - set(seen) - set(UNSEEN))]
    print(*wrong, f'{len(seen)} calls were seen', sep='\n')
    return len(wrong) > 0


if __name__ == '__main__':
    sys.exit(main())
