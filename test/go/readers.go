// SPDX-License-Identifier: LGPL-2.1-or-later

// Added to the program see, this makes it one with C code of its own, which the
// system's linker links and which starts through the C library's main.
package main

// #cgo CFLAGS: -D_GNU_SOURCE
// #include "readers.h"
import "C"

func init() {
	C.readers_print()
}
