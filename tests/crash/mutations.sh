#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Breaks the commit protocol on purpose, in each way that core/state/mutate.h knows, and shows that somebody notices: the
# unit test of the store under kills and power failures or that of the table, whole pipelines whose disk loses its power
# (disk.py) or that are ended at each step (steps.py), or both.  Unbroken, all must pass.  Takes a quarter of an hour.
#
# usage: mutations.sh BUILD [IMAGES [NUMBERS]]   BUILD: a build directory whose plugins are up to date; IMAGES of what a
#                                                power failure leaves (300); NUMBERS: only these, "0 11"
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: mutations.sh BUILD [IMAGES [NUMBERS]]}" && pwd) || exit 2
images=${2:-300}
only=${3:-}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
libs=$(pkg-config --cflags --libs check jansson libxxhash) || exit 2
${CXX:-c++} -std=c++17 -O1 -fno-rtti -I"$root/core" -c -o "$work/disk_env.o" "$root/core/state/disk_env.cc" || exit 2
failed=0

# The state and a test of it in one program: small buffers, so that LevelDB writes tables, and places to be killed at.
unit_test() {
    case $1 in
    8) test=test_table.c ;;
    *) test=test_store_crash.c ;;
    esac
    # shellcheck disable=SC2086
    $cc -std=c11 -O1 -D_GNU_SOURCE -DWEIR_MUTATE="$1" -DWEIR_FAILPOINTS -DWEIR_STORE_BUFFER=65536 -DWEIR_JOURNAL_FILE=3000 -DWEIR_APPLY_PART=2048 \
        -I"$root/sdk/include" -I"$root/core" -I"$root/tests/unit/state" -o "$work/unit$1" \
        "$root/tests/unit/state/$test" "$root"/core/state/*.c "$root"/core/base/*.c \
        "$work/disk_env.o" -lstdc++ $libs -lleveldb -lpthread -lm || exit 2
    timeout 600 "$work/unit$1" > "$work/unit$1.log" 2>&1
}

# A weir with that store, beside the plugins of BUILD.
whole() {
    meson setup -Dc_args="-DWEIR_MUTATE=$1" "$work/weir$1" "$root" > "$work/weir$1.log" 2>&1 &&
        ninja -C "$work/weir$1" tests/crash/weir_failpoints tests/crash/disk.so >> "$work/weir$1.log" 2>&1 || {
        tail "$work/weir$1.log" >&2
        exit 2
    }
    mkdir -p "$work/run$1/core/host" "$work/run$1/tests/crash" "$work/run$1/plugins" "$work/run$1/tests/fixtures"
    cp "$work/weir$1/tests/crash/weir_failpoints" "$work/weir$1/tests/crash/disk.so" "$work/run$1/tests/crash/"
    cp "$work/run$1/tests/crash/weir_failpoints" "$work/run$1/core/host/weir"
    cp "$build"/plugins/*.so "$work/run$1/plugins/"
    cp "$build"/tests/fixtures/*.so "$work/run$1/tests/fixtures/"
}

power() {
    timeout 600 python3 "$root/tests/crash/disk.py" power --images "$images" --build "$work/run$1" > "$work/power$1.log" 2>&1
}

steps() {
    timeout 900 python3 "$root/tests/crash/steps.py" --build "$work/run$1" > "$work/steps$1.log" 2>&1
}

# NUMBER WHAT, as in mutate.h.
mutation() {
    case "${only:+ $only }" in
    '' | *" $1 "*) ;;
    *) return ;;
    esac
    noticed=
    unit_test "$1" || noticed="its unit test"
    whole "$1"
    power "$1" || noticed="${noticed:+$noticed and }disk.py"
    # The decider's part is no matter of disks.
    case $1 in
    0 | 6 | 7 | 11) steps "$1" || noticed="${noticed:+$noticed and }steps.py" ;;
    esac
    rm -rf "$work/weir$1"
    if [ "$1" = 0 ] && [ -n "$noticed" ]; then
        echo "not ok: unbroken, but $noticed fails"
        tail -n 5 "$work"/*0.log
        failed=1
    elif [ "$1" != 0 ] && [ -z "$noticed" ]; then
        echo "not ok: nobody notices: $2"
        failed=1
    else
        echo "ok: $2: ${noticed:-all pass}"
    fi
}

mutation 0 "unbroken"
mutation 1 "decisions are not synced"
mutation 2 "the journal goes before the base is written"
mutation 3 "of the journals only the last is redone"
mutation 4 "the base is written before the decision"
mutation 5 "logs that LevelDB closed are not synced"
mutation 6 "what was prepared is dropped before the decider is asked"
mutation 7 "sinks commit before the decision"
mutation 8 "what is written again before it was copied is not copied before"
mutation 9 "the file with chunks of journals is not synced"
mutation 10 "it is written anew before what it held is surely in the base"
mutation 11 "the journal is written after the decider has decided"
exit $failed
