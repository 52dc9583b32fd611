#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Listens on a TCP port and is connected to it: ports.py FILE ADDRESS PEER N [busy] [NAME].

N connections come from PEER and stay; if busy, each has sent what nobody reads. Writes the port to FILE, calls
itself NAME (kept), and ends when its standard input does. Ends with 77 where there is no such address.
"""
import socket
import sys

path, address, peer, n = sys.argv[1:5]
rest = sys.argv[5:]
is_busy = 'busy' in rest
names = [word for word in rest if word != 'busy'] or ['kept']


def family(text):
    return socket.AF_INET6 if ':' in text else socket.AF_INET


try:
    listener = socket.socket(family(address))
    if family(address) == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((address, 0))
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(77)
listener.listen(16)
port = listener.getsockname()[1]
sockets = []
for _ in range(int(n)):
    sockets.append(socket.create_connection((peer, port)))
    sockets.append(listener.accept()[0])
    if is_busy:
        sockets[-2].sendall(b'a question')
        sockets[-1].recv(1, socket.MSG_PEEK)  # Only now it has come.
with open(path, 'w') as file:
    file.write(f'{port}\n')
with open('/proc/self/comm', 'w') as file:
    file.write(names[0])
sys.stdin.read()
