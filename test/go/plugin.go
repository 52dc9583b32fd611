// SPDX-License-Identifier: LGPL-2.1-or-later

// Added to the program see, this loads the plugin that is named like the program with ".so"
// behind, and lets it look first.
package main

import (
	"log"
	"os"
	"plugin"
)

func init() {
	loaded, err := plugin.Open(os.Args[0] + ".so")
	if err != nil {
		log.Fatal(err)
	}
	look, err := loaded.Lookup("Look")
	if err != nil {
		log.Fatal(err)
	}
	look.(func())()
}
