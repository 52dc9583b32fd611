# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Python program that loads Go from the file that is named like itself, with ".so" in place
of ".py". It prints what it is told itself in the words of readers.c."""
import ctypes
import os
import sys
import threading

libc = ctypes.CDLL(None)


def count_by_pthread():
    mask = (ctypes.c_ubyte * 1024)()
    libc.pthread_self.restype = ctypes.c_ulong
    libc.pthread_getaffinity_np(ctypes.c_ulong(libc.pthread_self()), len(mask), mask)
    return sum(bin(byte).count("1") for byte in mask)


def print_thread():
    for line in open("/proc/thread-self/status"):
        if line.startswith("Cpus_allowed_list:"):
            print("C thread affinity", line.split()[1])


part = ctypes.CDLL(sys.argv[0][:-len(".py")] + ".so")
print("C sysconf_onln", os.sysconf("SC_NPROCESSORS_ONLN"))
print("C sysconf_conf", os.sysconf("SC_NPROCESSORS_CONF"))
print("C get_nprocs", libc.get_nprocs())
print("C get_nprocs_conf", libc.get_nprocs_conf())
print("C sched_getaffinity", len(os.sched_getaffinity(0)))
print("C pthread_getaffinity_np", count_by_pthread())
thread = threading.Thread(target=print_thread)
thread.start()
thread.join()
sys.stdout.flush()
part.see_run(sys.argv[1].encode() if len(sys.argv) > 1 else None)
