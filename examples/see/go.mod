// SPDX-License-Identifier: LGPL-2.1-or-later
module see

go 1.17
