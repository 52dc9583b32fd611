#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: a cgo program makes every thread by libc's pthread_create, called in the program's own
code.
Relied on by: lib/hook/thread.c, lib/apply/threads.c, lib/apply/inheritance.c
"""
from fact import expect, finish, traces

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    # What a call that another thread interrupted says stands in two lines, of which one begins so.
    made = [event for event in trace.events
            if event.name in ('clone', 'clone3') and 'CLONE_THREAD' in event.rest]
    asked = trace.marks('pthread_create')
    expect(asked and len(asked) == len(made), way,
           f'{len(made)} threads, and {len(asked)} calls of pthread_create')
finish()
