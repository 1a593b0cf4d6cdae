#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks the models: each must pass as it stands, and fail with each of its mutations, which shows
# that it can.  Exits 0 if all verdicts are as expected, 77 if there is no spin, else 1.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
command -v spin >/dev/null || { echo "model: SKIPPED, no spin"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir" || exit 1
failed=0

# check MODEL MUTATION WANTED: several are joined by " -D"; wanted is pass, deadlock (an invalid end state) or assertion.
check()
{
	rm -f pan pan.*
	if ! spin -a ${2:+-D$2} "$here/$1.pml" >log 2>&1 ||
		! $cc -O0 -w -DSAFETY -o pan pan.c >>log 2>&1 ||
		! ./pan -m1000000 >>log 2>&1; then
		verdict=broken
	elif grep -q 'invalid end state (' log; then
		verdict=deadlock
	elif grep -q 'assertion violated' log; then
		verdict=assertion
	elif grep -q 'errors: 0' log && ! grep -q 'max search depth too small' log; then
		verdict=pass
	else
		verdict=broken
	fi
	if [ "$verdict" = "$3" ]; then
		echo "ok      $1 ${2:-as it is}: $verdict"
	else
		echo "FAILED  $1 ${2:-as it is}: $verdict, should be: $3"
		[ "$verdict" = broken ] && cat log
		failed=1
	fi
}

check diamond '' pass
check diamond M_OPERATOR_CHOOSES deadlock
check diamond M_BARRIER_LATE deadlock
check diamond M_NO_ALIGN assertion
check diamond M_NO_ROOM_CHECK assertion

check commit '' pass
check commit HERE pass
files='M_FILE_FIRST M_FILE_NOSYNC M_FILE_LATE M_NO_RECOMMIT M_NO_ABORT'
journal='M_NOSYNC_PREPARE M_APPLY_DROPS_EARLY M_LAST_JOURNAL_ONLY M_NO_LOG_SYNC M_NO_PART_SYNC'
for mutation in $journal $files M_LATE_PREPARE M_READ_BEFORE_FENCE M_KEEP_PRODUCER M_ABORT_ON_TIMEOUT \
	M_NOT_HELD M_LATE_SINK; do
	check commit $mutation assertion
done
for mutation in $journal $files M_TELL_FIRST; do
	check commit "HERE -D$mutation" assertion
done
for mutation in M_EPOCH_ONLY M_LAZY_DISCARD 'HERE -DM_LAZY_DISCARD'; do
	check commit "$mutation" pass
done
exit $failed
