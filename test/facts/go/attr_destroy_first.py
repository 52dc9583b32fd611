#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: on its first thread, before there is another, the program calls pthread_attr_destroy, then
counts its CPUs, then makes its first mapping.
Relied on by: lib/hook/thread.c, lib/apply/window.c
"""
from fact import expect, finish, traces

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    def index(name):
        return trace.index(lambda event: event.name == name and trace.is_from_program(event))
    order = {
        'pthread_attr_destroy': index('pthread_attr_destroy'),
        'the count': trace.index(lambda event: event.is_count()),
        'the first mapping': index('mmap'),
        'the first thread': index('pthread_create'),
    }
    places = list(order.values())
    expect(places == sorted(set(places)) and places[-1] < len(trace.events), way, f'order: {order}')
    others = {event.thread for event in trace.events[:places[-1]]} - {trace.main}
    expect(not others, way, f'{len(others)} threads before the first that passes through libc')
finish()
