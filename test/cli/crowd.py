#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A crowd that connects to `snug stat --listen` and says nothing: crowd.py SNUG PID."""
import os
import resource
import socket
import subprocess
import sys

SNUG, PID = sys.argv[1:]
PLACES = 16
socket.setdefaulttimeout(60)
DESCRIPTORS = 8
problems = []


def serve(n_descriptors):
    """Starts a server; returns it and its address."""
    limit = (n_descriptors, n_descriptors)
    server = subprocess.Popen(
        [SNUG, 'stat', '--listen', '0', PID], stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))
    host, port = server.stdout.readline().decode().split('/')[2].split(':')
    return server, (host, int(port))


def end(server):
    server.terminate()
    server.wait()
    server.stdout.close()


def all_places():
    """Who comes when all places are taken is answered before the silent are given up for good:
    these are gone by then, all but those who came last."""
    server, address = serve(1024)
    silent = [socket.create_connection(address) for _ in range(PLACES)]
    with socket.create_connection(address) as client:
        client.sendall(b'GET /metrics HTTP/1.1\r\n\r\n')
        said = client.recv(12)
    if said != b'HTTP/1.1 200':
        problems.append(f'among the silent: {said!r}')
    first = silent[0]
    first.settimeout(0)
    try:
        if first.recv(1) != b'':
            problems.append('the silent are answered')
    except BlockingIOError:
        problems.append('the silent stay')
    for connection in silent:
        connection.close()
    end(server)


def all_descriptors():
    """How often it looks at its door while it waits for the silent to go, which takes seconds."""
    server, address = serve(DESCRIPTORS)
    silent = [socket.create_connection(address) for _ in range(DESCRIPTORS)]
    try:
        silent[0].recv(1)  # It is dropped after its time.
    except TimeoutError:
        problems.append('the silent stay, and take all descriptors')
    with open(f'/proc/{server.pid}/stat', encoding='ascii') as stat:
        ticks = sum(int(word) for word in stat.read().rsplit(')', 1)[1].split()[11:13])
    if ticks > os.sysconf('SC_CLK_TCK'):
        problems.append(f'busy for {ticks} ticks')
    for connection in silent:
        connection.close()
    end(server)


all_places()
all_descriptors()
print('\n'.join(problems) or 'well')
