#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Colours of `snug explain` and `snug doctor`: on a terminal alone, and never with NO_COLOR: tones.py SNUG."""
import errno
import os
import pty
import re
import subprocess
import sys
import tempfile

snug = os.path.realpath(sys.argv[1])
environment = {'PATH': os.environ['PATH'], 'TERM': 'xterm'}
failed = 0


def on_terminal(command, variables):
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                             env={**environment, **variables})
    os.close(theirs)
    told = b''
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError as error:  # A terminal whose other end is closed.
            if error.errno != errno.EIO:
                raise
            break
        if not part:
            break
        told += part
    child.wait()
    os.close(ours)
    return told.replace(b'\r\n', b'\n')


def claim(is_so, command, what):
    global failed
    if not is_so:
        failed += 1
        print(f'FAILED: {" ".join(command)}: {what}')


def look_at(command, *coloured):
    plain = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           env=environment).stdout
    told = on_terminal(command, {})
    claim(b'\033' not in plain, command, 'a pipe gets colours')
    claim(re.sub(rb'\033\[[0-9]*m', b'', told) == plain, command, 'the terminal gets another text')
    for text in coloured:
        claim(text in told, command, f'lacks {text}')
    for name, value in ('NO_COLOR', '1'), ('TERM', 'dumb'), ('TERM', ''):
        claim(on_terminal(command, {name: value}) == plain, command, f'{name}={value} has colours')
    claim(on_terminal(command, {'NO_COLOR': ''}) == told, command, 'an empty NO_COLOR counts')


with tempfile.TemporaryDirectory() as tree:
    look_at([snug, 'explain', '--root', tree], b'\033[1mFacts\033[0m\n', b'\n\n\033[1mPlan\033[0m\n')
    look_at([snug, 'explain', '--diff', '--root', tree])
    look_at([snug, 'doctor', '--root', tree], b' \033[2mskipped:\033[0m ', b' \033[33mwarning:\033[0m ',
            b' \033[32mok:\033[0m ')
    look_at([snug, 'doctor', '--json', '--root', tree])
sys.exit(failed != 0)
