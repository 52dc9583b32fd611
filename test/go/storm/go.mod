// SPDX-License-Identifier: LGPL-2.1-or-later
module storm

go 1.17
