#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each plugin exports exactly one symbol, weir_plugin_entry.      nm.sh PLUGIN.so...
set -u
wrong=0

[ $# -gt 0 ] || { echo "nm.sh: no plugins given" >&2; exit 2; }
for plugin in "$@"; do
	symbols=$(nm -D --defined-only "$plugin" | awk '{print $NF}') || exit 2
	if [ "$symbols" != weir_plugin_entry ]; then
		echo "$plugin exports:" $symbols >&2
		wrong=1
	fi
done
exit $wrong
