#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares the generated files of the tree with what the program generates now.
# usage: reference_fresh.sh WEIR SOURCE_DIR [--write]
set -eu
weir=$1
tree=$2
failed=0

check() { # OPTION FILE
	if [ "${3:-}" = --write ]; then
		"$weir" help "$1" >"$tree/$2"
	elif ! "$weir" help "$1" | diff -u "$tree/$2" -; then
		echo "$2 is stale; mend it with: $0 $weir $tree --write"
		failed=1
	fi
}

check --markdown docs/reference.md "${3:-}"
check --vim packaging/vim/weir.vim "${3:-}"
exit $failed
