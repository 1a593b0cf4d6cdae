#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The SDK's headers include nothing but the C library and themselves; thread.h, which weir.h leaves out, POSIX too.
#     includes.sh INCLUDE_DIR
set -u

others=$(grep -n '^ *# *include' "$1"/weir/*.h |
	grep -v -E '<(weir/[a-z]+|errno|stdarg|stddef|stdint|stdio|string)\.h>' |
	grep -v -E '/thread\.h:[0-9]+:#include <(pthread|signal)\.h>')
[ -z "$others" ] || { echo "$others" >&2; exit 1; }
