#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that has taken the access to its own data away lives: locked_data.sh OBJECT PROGRAM.
set -eu
for scope in go all; do
    said=$(SNUG_SCOPE=$scope LD_PRELOAD="$1" "$2") || {
        echo "scope = $scope: status $?"
        exit 1
    }
    [ "$said" = alive ] || {
        echo "scope = $scope: it says $said"
        exit 1
    }
done
