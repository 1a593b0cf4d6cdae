#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs visits.conf and compares what comes out, whatever the order of the users.
#     run.sh WEIR TEMPLATE.so
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT

TEMPLATE=$(realpath "$2") "$1" run "$here/visits.conf" >"$out"
LC_ALL=C sort "$out" | diff -u "$here/visits.expected" -
