# SPDX-License-Identifier: GPL-3.0-or-later
# Rows that are not those that the run has written are refused: by report, by query and by --resume.
. tests/shell/tap.sh
run=$tap_folder/run
check "a run of three experiments" "$BBSBENCH" run --smoke --only table4,table5 --out "$run"
check "records rows and SHA-256 of each file" "${PYTHON:-/usr/bin/python3}" - "$run" <<'PY'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
files = {entry["path"]: entry for entry in json.loads((folder / "run.json").read_text())["files"]}
assert set(files) == {"pe.csv", "table4.csv", "table5.csv"}, files
for path, entry in files.items():
    content = (folder / path).read_bytes()
    assert entry["sha256"] == hashlib.sha256(content).hexdigest() and entry["bytes"] == len(content)
    assert entry["row_count"] == content.count(b"\n") - 1
PY
cp -r "$run" "$tap_folder/good"
fresh() { rm -rf "$run" && cp -r "$tap_folder/good" "$run"; }
foreign() { # WHAT: every reader of the rows refuses them and names the file; no report is left
    check_fails 1 "report refuses $1" "$BBSBENCH" report "$run"
    check "and names file, rows and both SHA-256" grep -qE "/table5.csv: found FOREIGN: $2" "$tap_folder/last_err"
    check "and writes nothing" sh -c "[ ! -e '$run/report.html' ] && [ ! -e '$run/figures' ]"
    check_fails 1 "query refuses $1" "$BBSBENCH" query --run "$run" "SELECT count(*) FROM table5"
}

sed -i '2s/,[0-9][0-9.]*,/,99.9,/' "$run/table5.csv"
check "rows with another number" sh -c "cmp -s '$run/table5.csv' '$tap_folder/good/table5.csv'; [ \$? -eq 1 ]"
foreign "another number" "[0-9]+ rows, SHA-256 [0-9a-f]{64}, expected [0-9]+ rows, SHA-256 [0-9a-f]{64}"
check_fails 1 "--resume does not keep it" "$BBSBENCH" run --smoke --only table4,table5 --resume --out "$run"
rm "$run/table5.csv"
check "--resume computes it again when it is removed" "$BBSBENCH" run --smoke --only table4,table5 --resume --out "$run"
check "to the same bytes" cmp "$run/table5.csv" "$tap_folder/good/table5.csv"
check "then report takes it" "$BBSBENCH" report "$run"
check "and says that it has looked" grep -q 'The 3 files of the run have the SHA-256' "$run/report.md"

fresh
sed -i '3,$d' "$run/table5.csv"
foreign "rows that were cut" "1 rows, SHA-256"
fresh
rm "$run/table5.csv"
foreign "rows that are missing" "no such file"
fresh
"${PYTHON:-/usr/bin/python3}" - "$run/run.json" <<'PY'
import json, sys
record = json.load(open(sys.argv[1]))
record["files"] = [entry for entry in record["files"] if entry["path"] != "table5.csv"]
json.dump(record, open(sys.argv[1], "w"))
PY
foreign "rows without a record" "rows without a SHA-256"

# Rows of an experiment that run.json does not call finished count for nothing: a kill between rows and record leaves such.
fresh
cp results/reference/table6.csv "$run/table6.csv"
check "rows beside those of the run" "$BBSBENCH" report "$run"
check "are no part of the report" sh -c "! grep -q 'The rows of .table6.csv. again' '$run/report.md'"
check "nor of a query" sh -c "[ \"\$('$BBSBENCH' query --run '$run' --format csv 'SELECT count(*) AS n FROM table4' | tail -n 1)\" -gt 0 ]"
fresh
sed -i 's|"table5.csv"|"../table5.csv"|' "$run/run.json"
check_fails 1 "a record of a file outside the folder" "$BBSBENCH" report "$run"

# A record made to fit rows that are only a header, with numbers that no integer holds: text and dashes, no crash.
fresh
"${PYTHON:-/usr/bin/python3}" - "$run" <<'PY'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
record = json.loads((folder / "run.json").read_text())
for entry in record["files"]:
    path = folder / entry["path"]
    path.write_text(path.read_text().split("\n")[0] + "\n")
    entry["sha256"], entry["row_count"] = hashlib.sha256(path.read_bytes()).hexdigest(), 0
for entry in record["experiments"]:
    entry["row_count"], entry["wall_seconds"] = 0, 0
record["seeds"] = {"huge": 1e300, "small": -1e300}
record["inputs"].append({"path": "x", "role": "y", "bytes": 1e300, "sha256": "z"})
(folder / "run.json").write_text(json.dumps(record))
PY
check "rows that are only headers" "$BBSBENCH" report "$run"
check "give no number" sh -c "! grep -qiE '(^|[ (])(-?nan|inf)([ ),.]|$)' '$run/report.md' && [ -z \"\$(ls '$run/figures')\" ]"
tap_done
