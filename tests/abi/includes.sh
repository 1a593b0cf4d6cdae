#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The SDK's headers include nothing but the C library and themselves.      includes.sh INCLUDE_DIR
set -u

others=$(grep -n '^ *# *include' "$1"/weir/*.h |
	grep -v -E '<(weir/[a-z]+|errno|stdarg|stddef|stdint|stdio|string)\.h>')
[ -z "$others" ] || { echo "$others" >&2; exit 1; }
