// SPDX-License-Identifier: LGPL-2.1-or-later
module seccomp

go 1.17

require github.com/seccomp/libseccomp-golang v0.10.0
