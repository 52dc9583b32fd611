// SPDX-License-Identifier: LGPL-2.1-or-later

// A plugin that prints what the runtime tells it.
package main

import (
	"fmt"
	"runtime"
)

func Look() {
	fmt.Println("plugin NumCPU", runtime.NumCPU())
	fmt.Println("plugin GOMAXPROCS", runtime.GOMAXPROCS(0))
}

func main() {}
