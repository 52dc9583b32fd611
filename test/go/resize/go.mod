// SPDX-License-Identifier: LGPL-2.1-or-later
module resize

go 1.17
