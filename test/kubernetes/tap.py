# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines of TAP."""
import sys

count = 0


def report(is_ok, name, words=''):
    global count
    count += 1
    print(f'{"ok" if is_ok else "not ok"} {count} - {name}')
    if not is_ok:
        print(''.join(f'# {line}\n' for line in str(words).splitlines()), end='')
    sys.stdout.flush()


def tried(name, work, *expected):
    """Reports whether work returns without one of these exceptions; hands on what it returns."""
    try:
        ret = work()
    except (AssertionError, *expected) as error:
        report(False, name, error)
        return None
    report(True, name)
    return ret


def skip(name, why):
    global count
    count += 1
    print(f'ok {count} - {name} # SKIP {why}')


def end():
    print(f'1..{count}')
