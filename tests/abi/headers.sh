#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header of the SDK compiles alone, as C11 and as C++17 and 20, with every compiler there is;
# thread.h with POSIX.
#     headers.sh INCLUDE_DIR
set -u
include=$1
wrong=0
did=0

# alone COMPILER LANGUAGE STANDARD
alone()
{
	command -v "$1" >/dev/null || return 0
	for header in "$include"/weir/*.h; do
		posix=
		[ "${header##*/}" != thread.h ] || posix=-D_POSIX_C_SOURCE=200809L
		echo "#include <weir/$(basename "$header")>" |
			"$1" -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Wcast-qual -Werror \
				$posix -I"$include" -fsyntax-only - || wrong=1
		did=$((did + 1))
	done
}

alone gcc c c11
alone g++ c++ c++17
alone g++ c++ c++20
alone clang c c11
alone clang++ c++ c++17
[ $did -gt 0 ] || { echo "headers.sh: no compiler, or no headers in $include" >&2; exit 2; }
exit $wrong
