#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Run every test and count. Unit tests are the cmocka programs in $BUILD/tests, command tests the scripts
# tests/shell/test_*.sh; both speak TAP ("ok 1 - name", "not ok", "# SKIP reason"). The last line is the sum.
# A program that crashes, or that prints no result at all, counts as a failure. Arguments select tests by name.
set -u
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.." || exit 1
BUILD=${BUILD:-build}
BBS_TEST_DATA=${BBS_TEST_DATA:-../shared/data}
case $BUILD in /*) BBSBENCH=$BUILD/bbsbench ;; *) BBSBENCH=$PWD/$BUILD/bbsbench ;; esac
export BUILD BBS_TEST_DATA BBSBENCH CMOCKA_MESSAGE_OUTPUT=TAP
# The runs of tests are not part of anybody's history; a test of the history names a file of its own.
export BBS_HISTORY=
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
# Leaks inside the libraries that OpenCV brings in at load time are not ours to mend.
export LSAN_OPTIONS="${LSAN_OPTIONS:-suppressions=$PWD/tests/lsan.supp:print_suppressions=0}"

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run_one() {
    name=$1
    shift
    started=$(date +%s)
    "$@" >"$log" 2>&1 </dev/null
    code=$?
    # cmocka 1.1.5 prints a skip as "not ok N # SKIP name".
    skip=$(grep -cE '^(not )?ok [0-9]+ .*# SKIP' "$log")
    bad=$(grep -E '^not ok' "$log" | grep -vc '# SKIP')
    good=$(grep -E '^ok' "$log" | grep -vc '# SKIP')
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "not ok - $name ended with exit code $code" >>"$log"
    elif [ $((good + bad + skip)) -eq 0 ]; then
        bad=1
        echo "not ok - $name ran no test" >>"$log"
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
    printf '%-28s %3d passed, %d failed, %d skipped  (%d s)\n' "$name" "$good" "$bad" "$skip" $(($(date +%s) - started))
    if [ "$bad" -gt 0 ]; then sed 's/^/    /' "$log" | grep -vE '^ +ok ' | tail -n 60; fi
    if [ "$skip" -gt 0 ]; then grep -E '# SKIP|^# skipped' "$log" | sed 's/^/    /'; fi
}

wanted() {
    [ -z "$selection" ] && return 0
    for one in $selection; do case $1 in *"$one"*) return 0 ;; esac; done
    return 1
}

selection=$*
for source in tests/unit/test_*.c; do
    name=$(basename "$source" .c)
    if wanted "$name"; then run_one "$name" "$BUILD/tests/$name"; fi
done
for script in tests/shell/test_*.sh; do
    name=$(basename "$script" .sh)
    if wanted "$name"; then run_one "$name" sh "$script"; fi
done

if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
