// SPDX-License-Identifier: LGPL-2.1-or-later

package main

// static void nothing(void) {}
import "C"

func cLibrary() { C.nothing() }
