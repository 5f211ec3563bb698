# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench query: its formats, runs and refusals; and an experiment of one's own, from its folder to its section in a report.
. tests/shell/tap.sh
reference=results/reference
example=docs/examples/loss-by-family
PYTHON=${PYTHON:-/usr/bin/python3}

query() { "$BBSBENCH" query "$@"; }
# The one value of a query on the committed rows.
value() { query --run $reference --format csv "$@" | sed -n 2p; }
is() { # wanted, query [option...]
    wanted=$1
    shift
    found=$(value "$@") && [ "$found" = "$wanted" ] || { echo "found $found, expected $wanted"; return 1; }
}
# What the last command of check_fails said.
said() { grep -qE -- "$1" "$tap_folder/last_err"; }

# ===  Rows whose file is not there  ===
bare=$tap_folder/bare
mkdir "$bare" && cp "$reference"/*.csv "$bare" && rm "$bare/speedup.csv" "$bare/fig16.compact.csv"
query --run "$bare" --format csv "SELECT * FROM fig16" >"$tap_folder/fig16.csv"
check "they are computed, to the digits that a file keeps" cmp "$tap_folder/fig16.csv" $reference/fig16.compact.csv

# ===  Formats  ===
check "a Markdown table" sh -c "'$BBSBENCH' query --format md 'SELECT 1234567 AS \"Cycles [1]\", 0.5 AS x, NULL AS unknown' >$tap_folder/md
    printf '| Cycles, 1 | x | unknown |\n|---:|---:|---:|\n| 1,234,567 | 0.5 | – |\n' | cmp - $tap_folder/md"
check "values in full as CSV" sh -c "[ \"\$('$BBSBENCH' query --format csv 'SELECT 9223372036854775807 AS n, 1.0 / 3 AS x, 1 AS y')\" = 'n,x,y
9223372036854775807,0.333333333,1' ]"
query --run $reference --format json "SELECT net, accelerator, cycles, energy_total_pj, selection FROM speedup" >"$tap_folder/rows.json"
query --run $reference --format csv "SELECT net, accelerator, cycles, energy_total_pj, selection FROM speedup" >"$tap_folder/rows.csv"
check "JSON and CSV hold the same rows" "$PYTHON" -c '
import csv, json, sys
a, b = json.load(open(sys.argv[1])), list(csv.DictReader(open(sys.argv[2])))
assert len(a) == len(b) > 50 and list(a[0]) == list(b[0])
for x, y in zip(a, b):
    for name in y:
        assert (x[name] is None and y[name] == "") or str(x[name]) == y[name] or float(x[name]) == float(y[name]), (x, y)
assert type(a[0]["cycles"]) is int' "$tap_folder/rows.json" "$tap_folder/rows.csv"

# ===  Rows  ===
check "a committed file, row by row" sh -c "'$BBSBENCH' query --run $reference --format csv 'SELECT * FROM model ORDER BY rowid' | cmp - $reference/model.csv"
most=$(cut -d, -f5 $reference/accuracy.compact.csv | sort -n | tail -n 1)
check "the compact rows of a mode are the default" is "$most" "SELECT max(samples) FROM accuracy"
check "or those of another" is 512 --mode smoke "SELECT max(samples) FROM accuracy"
check "a query without CSV is computed" is 2 "SELECT count(DISTINCT bench) FROM (SELECT 1 AS bench FROM table1 UNION SELECT 2 FROM fig3)"
check "the registries are there without a run" sh -c "[ \"\$('$BBSBENCH' query --format csv 'SELECT sum(paper) AS n FROM networks')\" = 'n
7' ]"
check "and so are the claims" sh -c "[ \"\$('$BBSBENCH' query --format csv 'SELECT count(*) AS n FROM claims' | tail -n 1)\" -ge 100 ]"
check "and every table, empty" sh -c "[ \"\$('$BBSBENCH' query --format csv 'SELECT count(*) AS n FROM fig12' | tail -n 1)\" -eq 0 ]"
# ===  Several runs  ===
mkdir "$tap_folder/other"
sed '2,$s/,resnet34/&/' $reference/accuracy.smoke.csv >"$tap_folder/other/accuracy.csv"
check "two runs, joined" is 28 --run "$tap_folder/other" "SELECT count(*) FROM main.accuracy AS a JOIN run2.accuracy AS b USING (net, size, method) WHERE a.samples > b.samples"
check "the first is what is not named" is "$most" --run "$tap_folder/other" "SELECT max(samples) FROM accuracy"
check "views look into their own run" is 512 --run "$tap_folder/other" "SELECT max(samples) FROM run2.losses"
check "what is computed for a run is computed from its rows" is 512 --run "$tap_folder/other" "SELECT max(samples) FROM run2.table1"
check "three runs" is 28 --run "$tap_folder/other" --run "$tap_folder/other" "SELECT count(*) FROM run2.accuracy JOIN run3.accuracy USING (net, size, data, method, samples, correct)"
check_fails 1 "more runs than SQLite takes" query $(for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do printf ' --run %s' "$tap_folder/other"; done) "SELECT 1"

# ===  Refusals  ===
check_fails 2 "no such table" query "SELECT 1 FROM nothing"
check_fails 2 "no such column" query "SELECT shore FROM accuracy"
check_fails 2 "a text in double quotes" query 'SELECT count(*) FROM accuracy WHERE net = "resnet34"'
check_fails 2 "two statements" query "SELECT 1; SELECT 2"
check_fails 2 "an INSERT" query "INSERT INTO accuracy (net) VALUES ('x')"
check_fails 2 "a file of its own" query "ATTACH '$tap_folder/made.db' AS made"
check "is not made" [ ! -e "$tap_folder/made.db" ]
check_fails 2 "a PRAGMA" query "PRAGMA writable_schema = 1"
check_fails 2 "no query" query
check_fails 2 "two queries" query "SELECT 1" "SELECT 2"
check_fails 2 "a query and --describe" query --describe "SELECT 1"
check_fails 2 "an unknown format" query --format xml "SELECT 1"
check_fails 3 "a run that is not there" query --run "$tap_folder/none" "SELECT 1"
check_fails 2 "an unknown mode" query --mode quick "SELECT 1"
mkdir "$tap_folder/broken"
sed '1s/method/methods/' $reference/accuracy.smoke.csv >"$tap_folder/broken/accuracy.csv"
check_fails 1 "a file with another header" query --run "$tap_folder/broken" "SELECT 1"
sed '2s/,compact,/,"compact,/' $reference/accuracy.smoke.csv >"$tap_folder/broken/accuracy.csv"
check_fails 1 "a broken file" query --run "$tap_folder/broken" "SELECT 1"

# ===  What the tables hold  ===
check "docs/rows.md is what --describe prints (else: bbsbench query --describe >docs/rows.md)" sh -c "'$BBSBENCH' query --describe | cmp - docs/rows.md"
check "a user's experiment is described with the others" sh -c "'$BBSBENCH' query --describe --experiments $example | grep -q '^## loss_by_family'"

# ===  An experiment of one's own  ===
check "its rows can be asked for before anything runs" is 0.75 --experiments $example "SELECT round(0.75, 2) FROM loss_by_family LIMIT 1"
mine=$tap_folder/mine
check "an experiment of one's own runs with what it reads" "$BBSBENCH" run --smoke --experiments $example --only loss_by_family --jobs 2 --out "$mine"
check "no more than that" sh -c "cd $mine && [ \"\$(ls *.csv | grep -v '^samples' | tr '\n' ' ')\" = 'accuracy.csv loss_by_family.csv ' ]"
check "its rows are those of the query" sh -c "'$BBSBENCH' query --run $mine --experiments $example --format csv 'SELECT * FROM loss_by_family ORDER BY rowid' | cmp - $mine/loss_by_family.csv"
check "the run tells its mode and its experiments" [ "$(query --run "$mine" --format csv "SELECT mode, images FROM run WHERE EXISTS (SELECT 1 FROM loss_by_family)" | sed -n 2p)" = smoke,512 ]
check "a row a family and method" [ "$(sed 1d "$mine/loss_by_family.csv" | cut -d, -f1,2 | sort -u | wc -l)" -eq 8 ]
check "its files are inputs of the run" sh -c "grep -q 'loss_by_family.sql' $mine/run.json && grep -q 'loss_by_family.md' $mine/run.json"
if command -v gnuplot >/dev/null 2>&1; then
    check "the report has its section" sh -c "'$BBSBENCH' report $mine --experiments $example && grep -q '^## Loss by family of networks' $mine/report.md"
    check "with its figure" sh -c "grep -q '](figures/loss_by_family.png)' $mine/report.md && grep -q '<svg' $mine/figures/loss_by_family.svg"
    check "its headline, limits and command" sh -c "grep -q 'Family on which BBS, moderate, loses most' $mine/report.md &&
        grep -q 'A family has few networks here' $mine/report.md && grep -q 'run --experiments docs/examples/loss-by-family' $mine/report.md"
else
    skip "the report of an experiment of one's own" "gnuplot is not installed"
fi
check "it goes on where its files are the same" "$BBSBENCH" run --smoke --experiments $example --only loss_by_family --resume --jobs 2 --out "$mine"
copy=$tap_folder/copy
cp -r $example "$copy"
echo "-- changed" >>"$copy/loss_by_family.sql"
check_fails 1 "but not with another query" "$BBSBENCH" run --smoke --experiments "$copy" --only loss_by_family --resume --out "$mine"
check "a report finds the folder of the run's experiments" "$BBSBENCH" report "$mine"
sed -i 's#"own_experiments":.*#"own_experiments": "/nowhere",#' "$mine/run.json"
for command in "report $mine" "query --run $mine 'SELECT 1'"; do
    check_fails 3 "${command%% *} without that folder" sh -c "'$BBSBENCH' $command"
    check "asks for it" said "found no such folder, expected /nowhere; say with --experiments"
done

# ===  What is refused of a folder  ===
fresh() { rm -rf "$copy" && cp -r $example "$copy"; }
refused() { # name, pattern
    check_fails "${3:-1}" "$1" query --experiments "$copy" "SELECT 1"
    check "is told by file" grep -qE -- "$2" "$tap_folder/last_err"
}
fresh && sed -i 's/^from: accuracy/from: pe/' "$copy/loss_by_family.md"
refused "a page that does not name what its query reads" 'loss_by_family.md: from: found pe, expected accuracy'
fresh && sed -i 's/^FROM losses/FROM loses/' "$copy/loss_by_family.sql"
check_fails 2 "a run with a query that is wrong" "$BBSBENCH" run --smoke --experiments "$copy" --only pe --out "$tap_folder/early"
check "is refused before its folder is made" [ ! -e "$tap_folder/early" ]
fresh && mv "$copy/loss_by_family.md" "$copy/claims.md" && mv "$copy/loss_by_family.sql" "$copy/claims.sql"
refused "the name of the file of claims" 'claims.md: its name: found claims'
fresh && sed -i 's/^order: 500/order: later/' "$copy/loss_by_family.md"
refused "a page with a broken key" 'loss_by_family.md: line 3'
fresh && sed -i 's/bbs-mod.}} points/bbs-mod points/' "$copy/loss_by_family.md"
refused "a query that does not end" 'loss_by_family.md: line '
fresh && rm "$copy/loss_by_family.sql"
refused "a page without query" 'loss_by_family.sql' 3
fresh && mv "$copy/loss_by_family.md" "$copy/other.md" && cp "$copy/loss_by_family.sql" "$copy/other.sql"
refused "a query without page" 'loss_by_family.sql'
fresh && cp "$copy/loss_by_family.md" "$copy/fig12.md" && cp "$copy/loss_by_family.sql" "$copy/fig12.sql"
refused "the name of another experiment" 'fig12.md'
fresh && cp "$copy/loss_by_family.md" "$copy/accuracy.md" && cp "$copy/loss_by_family.sql" "$copy/accuracy.sql"
refused "the name of a measurement" 'accuracy.(md|sql)'
fresh && cp "$copy/loss_by_family.md" "$copy/networks.md" && cp "$copy/loss_by_family.sql" "$copy/networks.sql" && rm "$copy"/loss_by_family.*
refused "the name of a registry" 'networks'
fresh && mv "$copy/loss_by_family.md" "$copy/Loss.md" && mv "$copy/loss_by_family.sql" "$copy/Loss.sql"
refused "a name with a capital letter" 'Loss.md'
fresh && sed -i 's/^order: 500/order: 5/' "$copy/loss_by_family.md"
refused "rows of a later experiment" 'loss_by_family.md: from: found accuracy'
fresh && sed -i 's/^from: accuracy/from: accuracies/' "$copy/loss_by_family.md"
refused "rows of none" 'found accuracies'
fresh && cp "$copy/loss_by_family.md" "$copy/again.md" && sed 's/family,  */family, /' "$copy/loss_by_family.sql" >"$copy/again.sql"
refused "two of one order" '(again|loss_by_family).md: order'
fresh && sed -i 's/FROM losses/FROM lasses/' "$copy/loss_by_family.sql"
refused "a query of a table that is not there" 'loss_by_family.sql: .*no such table: lasses' 2
fresh && sed -i 's/ *--| Networks.*//' "$copy/loss_by_family.sql"
refused "a column without description" 'loss_by_family.sql: networks'
fresh && sed -i 's/--| Networks |/--| Networks/' "$copy/loss_by_family.sql"
refused "a description of another form" 'loss_by_family.sql: line [0-9]+'
rm -rf "$copy" && mkdir "$copy"
refused "an empty folder" 'no ID.md'
rm -rf "$copy"
refused "no folder" 'experiments'
tap_done
