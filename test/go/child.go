// SPDX-License-Identifier: LGPL-2.1-or-later

// Added to the program see, this starts a shell command from Go first, if
// SEE_CHILD holds one, and prints its output line by line after "child ".
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func init() {
	command := os.Getenv("SEE_CHILD")
	if command == "" {
		return
	}
	os.Unsetenv("SEE_CHILD")

	output, err := exec.Command("/bin/sh", "-c", command).CombinedOutput()
	for _, line := range strings.Split(strings.TrimSpace(string(output)), "\n") {
		fmt.Println("child", line)
	}
	if err != nil {
		fmt.Println("child", err)
	}
}
