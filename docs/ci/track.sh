#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the recipes of docs/ci do, for any CI: run, compare, leave the results in one folder.
#     docs/ci/track.sh smoke|compact [BASE]
# BASE is the commit to compare with: when the history has a run of it, its answers are compared one by one; else the rows
# are compared with results/reference. The history is BBS_HISTORY (default history/history.db): keep it between jobs.
# Leaves in track/: comparison.md (for a comment), junit.xml, comparison.csv, report.html, report.md, run.json.
# Exit code: that of run_all.sh, 1 when a row moved against results/reference; else 1 when a row is worse than at BASE.
set -u
mode=${1:?smoke or compact} base=${2:-}
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.." || exit 1
BBS_HISTORY=${BBS_HISTORY:-$PWD/history/history.db}
export BBS_HISTORY
mkdir -p "$(dirname -- "$BBS_HISTORY")" track

case $mode in
smoke) ./run_all.sh --smoke ;;
compact) ./run_all.sh ;;
*) echo "error: track.sh: $mode: smoke or compact" >&2 && exit 2 ;;
esac
code=$?
run=$(find results -mindepth 2 -maxdepth 2 -name run.json -path "*-$mode/run.json" | sort | tail -n 1)
run=${run%/run.json}
[ -n "$run" ] || exit $code

before=results/reference
if [ -n "$base" ] && build/bbsbench compare "$base" "$run" --format csv >/dev/null 2>&1; then before=$base; fi
build/bbsbench compare "$before" "$run" >track/comparison.md || code=1
build/bbsbench compare "$before" "$run" --format csv >track/comparison.csv || code=1
build/bbsbench compare "$before" "$run" --format junit --fail-on moved >track/junit.xml 2>/dev/null
[ $code -ne 0 ] || build/bbsbench compare "$before" "$run" --format csv --fail-on worse >/dev/null || code=1
for file in report.html report.md run.json; do
    if [ -e "$run/$file" ]; then cp "$run/$file" track/; fi
done
exit $code
