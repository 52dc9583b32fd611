// SPDX-License-Identifier: LGPL-2.1-or-later

// Live is a service in small: its live heap is a given share of its memory limit,
// and it allocates steadily, so that most of what it allocates is soon garbage.
//
//	live -keep 141 -churn 1500	(MiB)
//
// Without GOMEMLIMIT the heap grows to twice what is kept before it is collected.
package main

import (
	"flag"
	"fmt"
	_ "net"
)

const blockBytes = 64 << 10

// What lives is reachable from package variables, so that no compiler finds out
// that nothing ever reads it.
var (
	kept  [][]byte
	churn [64][]byte
)

func main() {
	keepMiB := flag.Int("keep", 141, "live heap")
	churnMiB := flag.Int("churn", 1500, "garbage to make in all")
	flag.Parse()

	for i := 0; i < *keepMiB<<20/blockBytes; i++ {
		kept = append(kept, block(i))
	}
	for i := 0; i < *churnMiB<<20/blockBytes; i++ {
		churn[i%len(churn)] = block(i)
	}
	fmt.Println("finished", len(kept), "blocks live")
}

// block touches each page of what it returns.
func block(i int) []byte {
	b := make([]byte, blockBytes)
	for j := 0; j < len(b); j += 4096 {
		b[j] = byte(i)
	}
	return b
}
