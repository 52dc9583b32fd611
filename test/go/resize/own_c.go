// SPDX-License-Identifier: LGPL-2.1-or-later
//go:build own_c

package main

// #include <stdint.h>
// #include <unistd.h>
// static uint64_t mix(uint64_t x) { return (x ^ x >> 31) * 0x9e3779b97f4a7c15u; }
// static long cpus(void) { return sysconf(_SC_NPROCESSORS_ONLN); }
import "C"

func mixInC(x uint64) uint64 { return uint64(C.mix(C.uint64_t(x))) }

func cpusInC() int { return int(C.cpus()) }
