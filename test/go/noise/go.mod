// SPDX-License-Identifier: LGPL-2.1-or-later
module noise

go 1.17
