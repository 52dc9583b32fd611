// SPDX-License-Identifier: LGPL-2.1-or-later
module beside

go 1.17
