#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The linter behind "promtool check metrics" reads the older text format alone: of valid OpenMetrics
# it says that a counter has no help text, and of an info metric that its type is unknown.
#
# Seen with github.com/prometheus/client_golang v1.20.5 (testutil/promlint) and the server's own parser,
# github.com/prometheus/prometheus v0.54.1 (model/textparse), go1.25.14, linux/amd64:
#
#                                    the server's     promlint
#   # TYPE jobs counter              jobs counter     jobs_total: no help text
#   # HELP jobs jobs that have ended
#   jobs_total 3
#
#   # TYPE build info                build info       unknown metric type "info"
#   # HELP build what was built
#   build_info{version="1"} 1
#
# In OpenMetrics a family's name lacks the suffix of its samples; in the older format it has it, and
# the types info, stateset and gaugehistogram do not exist. A Prometheus server takes both by the
# content type, so what it scrapes without complaint may fail this check.
#
# Needs go 1.21 or newer and a module proxy. Ends with 77 where these are missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD GODEBUG
export GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$folder/modules GOCACHE=$folder/cache
export GOTOOLCHAIN=go1.25.14

cat >main.go <<'EOF'
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	parser := textparse.NewOpenMetricsParser(text, labels.NewSymbolTable())
	entry, err := parser.Next()
	for ; err == nil; entry, err = parser.Next() {
		if entry == textparse.EntryType {
			name, of := parser.Type()
			fmt.Printf("%s %s\n", name, of)
		}
	}
	if err != io.EOF {
		fmt.Println(err)
	}
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	for _, problem := range problems {
		fmt.Printf("%s: %s\n", problem.Metric, problem.Text)
	}
	if err != nil {
		fmt.Println(err)
	}
}
EOF
{
    go mod init example.org/lint
    go get github.com/prometheus/client_golang/prometheus/testutil/promlint@v1.20.5 \
        github.com/prometheus/prometheus/model/textparse@v0.54.1
    go build -o lint .
} >log 2>&1 || { cat log >&2 && exit 77; }

cat >counter <<'EOF'
# TYPE jobs counter
# HELP jobs jobs that have ended
jobs_total 3
# EOF
EOF
cat >info <<'EOF'
# TYPE build info
# HELP build what was built
build_info{version="1"} 1
# EOF
EOF
seen=$(for text in counter info; do
    ./lint <$text
done)
expected='jobs counter
jobs_total: no help text
build info
text format parsing error in line 1: unknown metric type "info"'
if [ "$seen" != "$expected" ]; then
    echo "openmetrics-linted: seen is" "$seen" >&2
    exit 1
fi
echo "as described"
