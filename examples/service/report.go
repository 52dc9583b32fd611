// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"math"
	"os"
	"strings"
)

func mib(bytes int64) string {
	if bytes == math.MaxInt64 {
		return "none"
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// Of cgroup v2, else of v1.
func first(paths ...string) string {
	for _, path := range paths {
		if text, err := os.ReadFile("/sys/fs/cgroup/" + path); err == nil {
			return string(text)
		}
	}
	return ""
}

// What the kernel has counted for the container.
func report() {
	counted := map[string]int64{}
	for _, line := range strings.Split(first("cpu.stat", "cpu/cpu.stat"), "\n") {
		var name string
		var value int64
		fmt.Sscan(line, &name, &value)
		counted[name] = value
	}
	share := "unknown"
	if n := counted["nr_periods"]; n > 0 {
		share = fmt.Sprintf("%.1f %%", 100*float64(counted["nr_throttled"])/float64(n))
	}
	var peak int64
	fmt.Sscan(first("memory.peak", "memory/memory.max_usage_in_bytes"), &peak)
	fmt.Printf("throttled periods | %s\nmost memory | %s\n", share, mib(peak))
}
