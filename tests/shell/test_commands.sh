# SPDX-License-Identifier: GPL-3.0-or-later
# The commands that a report prints, run as they stand (tests/report/commands.py), of the experiments that take seconds.
# `make commands-check` runs those of all experiments.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
run=$tap_folder/run
commands() { "$PYTHON" tests/report/commands.py "$BBSBENCH" "$@"; }

check "a page leaves the command of a whole run to the report" sh -c "! grep -n 'bbsbench run' bench/experiments/*.md"
without_limits() { for page in bench/experiments/*.md; do ! grep -qE '^(Table:|!\[)' "$page" || grep -q '^## Limits' "$page" || echo "$page"; done; }
check "a page that shows something says what it does not show" sh -c "[ -z '$(without_limits)' ]"
check "a run" "$BBSBENCH" run --smoke --no-compare --out "$run" --only fig3,examples,precision,fig15,table6
check "its report" "$BBSBENCH" report "$run"
check "each command makes its rows again" commands "$run" examples,precision,fig15,table6
check "names its mode and leaves out the folder" grep -qF '<pre tabindex="0">build/bbsbench run --smoke --no-compare --only fig15</pre>' "$run/report.html"

# The check sees a row that differs, a command that is refused, and a section that has none.
sed '2s/,[0-9.]*$/,1/' "$run/table6.csv" >"$tap_folder/table6.csv" && cp "$tap_folder/table6.csv" "$run/table6.csv"
check "other rows are found" sh -c "! '$PYTHON' tests/report/commands.py '$BBSBENCH' '$run' table6 >'$tap_folder/said' && grep -q '^not ok 1' '$tap_folder/said'"
sed '/^vgg16,full,stripes,6,/s/,[0-9]*,[0-9.e+]*,[0-9.e+]*,[0-9.e+]*$/,1,1,1,1/' "$run/precision.csv" >"$tap_folder/precision.csv" && cp "$tap_folder/precision.csv" "$run/precision.csv"
check "rows of a single command that differ are found" sh -c "! '$PYTHON' tests/report/commands.py '$BBSBENCH' '$run' precision >'$tap_folder/said' && grep -q '^not ok 2.*simulate' '$tap_folder/said'"
sed -i 's/--only examples/--only nothing/; s/-11 20 -57 13/-11 20 -57 99/' "$run/report.html"
check "a command that is refused, or prints another group, is found" sh -c "! '$PYTHON' tests/report/commands.py '$BBSBENCH' '$run' examples >'$tap_folder/said' &&
    grep -q '^not ok 1' '$tap_folder/said' && [ \$(grep -c '^not ok' '$tap_folder/said') -eq 2 ]"
check_section() { ! commands "$run" table5; }
check "a section without a command is found" check_section
tap_done
