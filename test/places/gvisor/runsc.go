// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build tools

// Names what ../../go/module.sh builds, so that go.sum has all that it needs.
package tools

import _ "gvisor.dev/gvisor/runsc"
