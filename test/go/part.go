// SPDX-License-Identifier: LGPL-2.1-or-later

// Added to the program see, this makes it a part of a program that is not Go.
package main

import "C"
import "os"

//export see_run
func see_run(argument *C.char) {
	os.Args = []string{"see"}
	if argument != nil {
		os.Args = append(os.Args, C.GoString(argument))
	}
	main()
}
