// SPDX-License-Identifier: LGPL-2.1-or-later

// Load sends -rate requests a second for about -seconds, whether or not the ones before were answered, and
// takes a request's time from when it was to be sent: a service that stands still cannot hide it. They
// come at random, independent of each other, and at the same times in each run. Prints as JSON how many
// were answered in all and a second, and the ms that half and 99 of 100 took at most.
//
//	load [-rate 500] [-seconds 10] URL
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"sort"
	"sync"
	"time"
)

// Those that are lost count as long as this.
const patience = 10 * time.Second

func send(client *http.Client, url string) bool {
	answer, err := client.Get(url)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode == http.StatusOK
}

func main() {
	rate := flag.Int("rate", 500, "requests a second")
	seconds := flag.Int("seconds", 10, "how long")
	flag.Parse()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 10000}}
	took := make([]time.Duration, *rate**seconds)
	var all sync.WaitGroup
	random := rand.New(rand.NewSource(1))
	start := time.Now()
	due := start
	for i := range took {
		due = due.Add(time.Duration(random.ExpFloat64() * float64(time.Second) / float64(*rate)))
		time.Sleep(time.Until(due))
		all.Add(1)
		go func(i int, due time.Time) {
			defer all.Done()
			took[i] = patience
			if send(client, flag.Arg(0)) {
				took[i] = time.Since(due)
			}
		}(i, due)
	}
	all.Wait()
	end := time.Since(start)
	sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
	answered := sort.Search(len(took), func(i int) bool { return took[i] >= patience })
	ms := func(i int) float64 { return float64(took[i].Microseconds()) / 1000 }
	fmt.Printf("{\"answered\": %d, \"per_second\": %.1f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n", answered,
		float64(answered)/end.Seconds(), ms(len(took)/2), ms(len(took)*99/100))
}
