#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs Weir into a staging prefix, builds a copy of sdk/template against that alone, and runs its
# test conf with the staged program.      template.sh SOURCE_DIR BUILD_DIR
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet

# The staged prefix is the only one that counts from here on.
pc=$(find "$stage" -name weir-sdk.pc)
prefix=$stage$(sed -n 's/^prefix=//p' "$pc")
sed -i "s|^prefix=.*|prefix=$prefix|" "$pc"
PKG_CONFIG_LIBDIR=$(dirname "$pc")
PATH=$prefix/bin:$PATH
export PKG_CONFIG_LIBDIR PATH
unset PKG_CONFIG_PATH DESTDIR

cp -r "$source/sdk/template" "$stage/template"
cd "$stage/template"
meson setup --prefix "$prefix" -Dwerror=true build >setup.log || { cat setup.log; exit 1; }
meson compile -C build >build.log || { cat build.log; exit 1; }
"$source/tests/abi/nm.sh" build/template.so
test "$(command -v weir)" = "$prefix/bin/weir" || { echo "template.sh: no weir was installed" >&2; exit 1; }
test/run.sh weir build/template.so
meson test -C build >test.log || { cat test.log; exit 1; }
meson install -C build --quiet
test -f "$(pkg-config --variable=plugindir weir-sdk)/template.so"
echo "the template builds and runs against $(pkg-config --modversion weir-sdk)"
