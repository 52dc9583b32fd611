// SPDX-License-Identifier: LGPL-2.1-or-later
module live

go 1.17
