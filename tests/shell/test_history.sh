# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench history and compare: runs are added at their end, two writers may be killed at any moment, and a changed answer is
# found by name.
. tests/shell/tap.sh
export BBS_HISTORY="$tap_folder/deep/history.db"
run() { "$BBSBENCH" run --smoke --only table4 --jobs 1 "$@"; }

# ===  Runs add themselves  ===
check_fails 3 "a history that is not there yet" "$BBSBENCH" history
check "a run" run --out "$tap_folder/one"
check "says that it is in the history" grep -qx 'history: run 1' "$tap_folder/last_out"
check "the same run again" run --resume --out "$tap_folder/one"
check "is there once" sh -c "[ \$('$BBSBENCH' history --format csv | wc -l) -eq 2 ]"
check "a run without history" run --no-history --out "$tap_folder/two"
check "is not there" sh -c "[ \$('$BBSBENCH' history --format csv | wc -l) -eq 2 ]"
check "until it is imported" sh -c "'$BBSBENCH' history import $tap_folder/two && '$BBSBENCH' history | grep -qE '^ +2 .* smoke .*Z +.*/two\$'"
check "an export has the same bytes" sh -c "'$BBSBENCH' history export 2 $tap_folder/export &&
    for file in run.json pe.csv table4.csv; do cmp $tap_folder/two/\$file $tap_folder/export/\$file || exit 1; done"
# Histories that somebody else wrote or a disk damaged: a name that leads out of the folder, and the last file with other bytes.
other() { # NAME SQL
    "${PYTHON:-/usr/bin/python3}" - "$BBS_HISTORY" "$tap_folder/$1.db" "$2" <<'END'
import sqlite3, sys
source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
source.backup(target)
assert target.execute(sys.argv[3]).rowcount > 0
target.commit()
END
}
other outside "UPDATE files SET name = '../outside.csv' WHERE name = 'table4.csv'"
other bytes "UPDATE contents SET deflated = zeroblob(9) WHERE id = (SELECT content FROM files WHERE name = 'table4.csv')"
check_fails 1 "an export with a name outside the folder" "$BBSBENCH" history export 2 "$tap_folder/in/side" --history "$tap_folder/outside.db"
check "writes nothing, there or elsewhere" sh -c "[ ! -e $tap_folder/in ] && [ ! -e $tap_folder/outside.csv ] && grep -q 'outside.csv: found a name outside the folder' $tap_folder/last_err"
check_fails 1 "an export of damaged contents" "$BBSBENCH" history export 2 "$tap_folder/in/side" --history "$tap_folder/bytes.db"
check "leaves no part of the run" sh -c "[ ! -e $tap_folder/in ] && grep -q 'found other bytes' $tap_folder/last_err"
other escapes "UPDATE runs SET folder = 'a' || char(27, 7, 10) || 'b' WHERE id = 1"
check "its texts cannot command the terminal" sh -c "'$BBSBENCH' history --history $tap_folder/escapes.db >$tap_folder/listed && grep -q 'a   b\$' $tap_folder/listed &&
    ! grep -q '[[:cntrl:]]' $tap_folder/listed"
check_fails 1 "an export does not overwrite a run" "$BBSBENCH" history export 1 "$tap_folder/export"
check_fails 3 "an unknown run" "$BBSBENCH" history export 77 "$tap_folder/none"
check_fails 2 "an unknown action" "$BBSBENCH" history forget
check "runs are compared by number, and with a folder" sh -c "'$BBSBENCH' compare 1 2 --fail-on moved && '$BBSBENCH' compare 1 $tap_folder/two --fail-on moved"
check_fails 3 "a run that is nowhere" "$BBSBENCH" compare 1 results-of-nothing

# ===  What is not a history  ===
echo "a diary" >"$tap_folder/diary"
check_fails 1 "a run with a file that is no history" env BBS_HISTORY="$tap_folder/diary" "$BBSBENCH" run --smoke --only table4 --out "$tap_folder/refused"
check "is refused before it begins, and the file stays" sh -c "[ ! -e $tap_folder/refused ] && grep -qx 'a diary' $tap_folder/diary"
check "BBS_HISTORY= is no history" sh -c "BBS_HISTORY= '$BBSBENCH' run --smoke --only table4 --jobs 1 --out $tap_folder/without | grep -c '^history' | grep -qx 0"

# ===  Two writers that are killed  ===
# 2 x 60 runs with a record and a table of their own. Twenty times both writers are started and killed, at moments from a
# fixed list; a run is finished when its line is printed. Then each is imported again: nothing may be lost or there twice.
cat >"$tap_folder/kill.py" <<'END'
import json, os, random, subprocess, sys, time
program, folder, source = sys.argv[1:]
random.seed(5)
record = json.load(open(source + "/run.json"))
record["experiments"] = record["files"] = []
def make(index):
    path = f"{folder}/made{index}"
    os.makedirs(path + "/predictions")
    record["command"] = f"run {index}"
    json.dump(record, open(path + "/run.json", "w"))
    with open(path + "/predictions/net.compact.int8.csv", "w") as stream:
        stream.write("sample,label,predicted,key\n" + "".join(f"{i},1,{random.randrange(10)},\n" for i in range(20000)))
    return path
halves = [[make(60 * half + i) for i in range(60)] for half in range(2)]
history = os.environ["BBS_HISTORY"] = folder + "/killed.db"
def run(*words):
    return subprocess.run([program, "history", *words], capture_output=True, text=True)
# How long one writer takes for its half when nobody disturbs it, in a history of its own: the kills fall into the first part.
begun = time.monotonic()
subprocess.run([program, "history", "import", *halves[0]], env={**os.environ, "BBS_HISTORY": folder + "/timed.db"}, capture_output=True)
whole = time.monotonic() - begun
finished, killed = set(), 0
for attempt in range(20):
    writers = []
    for half in halves:
        left = [path for path in half if path not in finished] or half
        writers.append(subprocess.Popen([program, "history", "import", *left], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    time.sleep(0.01 + 0.08 * whole * random.random())
    for writer in writers:
        writer.kill()
        output, errors = writer.communicate()
        killed += writer.returncode == -9
        assert errors == "", errors
        finished |= {line.rsplit(": run ", 1)[0] for line in output.splitlines() if line.endswith(tuple("0123456789")) or "there already" in line}
    if os.path.exists(history):
        listed = run()
        assert listed.returncode == 0, listed.stderr
        assert len(listed.stdout.splitlines()) - 2 >= len(finished) or not finished, (attempt, len(finished), listed.stdout)
        for path in finished:
            assert path in listed.stdout, path
print(f"{killed} writers killed, {len(finished)} of 120 runs finished before the last one was")
assert killed >= 20 and len(finished) >= 5, (killed, len(finished))
for half in halves:
    done = run("import", *half)
    assert done.returncode == 0, done.stderr
    for path in half:
        line = [line for line in done.stdout.splitlines() if line.startswith(path + ":")][0]
        assert path not in finished or "there already" in line, line
assert len(run().stdout.splitlines()) == 122
assert run("export", "1", folder + "/back").returncode == 0
whole = subprocess.run([program, "history", "gc", "--keep", "3"], capture_output=True, text=True)
assert whole.returncode == 0 and "117 runs removed" in whole.stdout, whole
END
check "20 kills of two writers lose no finished run" /usr/bin/python3 "$tap_folder/kill.py" "$BBSBENCH" "$tap_folder" "$tap_folder/one"
sed 's/^/# /' "$tap_folder/out"

# ===  One number over time, and its figure  ===
# Runs of another day with rows of their own, and a record that says so.
cat >"$tap_folder/made.py" <<'END'
import hashlib, json, os, sys
source, folder, right, day = sys.argv[1:]
rows = f"net,size,data,method,samples,correct\nvgg16,compact,d,int8,2000,1851\nvgg16,compact,d,bbs-mod,2000,{right}\n"
record = json.load(open(source + "/run.json"))
record["started_utc"] = f"2026-01-0{day}T00:00:00Z"
record["experiments"] = [{"id": "accuracy", "title": "made", "rows": "accuracy.csv", "state": "finished", "wall_seconds": 10 * int(day)}]
record["files"] = [{"path": "accuracy.csv", "bytes": len(rows), "sha256": hashlib.sha256(rows.encode()).hexdigest(), "row_count": 2}]
os.makedirs(folder)
open(folder + "/accuracy.csv", "w").write(rows)
json.dump(record, open(folder + "/run.json", "w"))
END
made() { /usr/bin/python3 "$tap_folder/made.py" "$tap_folder/one" "$tap_folder/$1" "$2" "$3"; }
made day1 1852 1 && made day2 1852 2 && made day3 1849 3
export BBS_HISTORY="$tap_folder/series.db"
check "three runs" "$BBSBENCH" history import "$tap_folder/day1" "$tap_folder/day2" "$tap_folder/day3"
check "one number over them" "$BBSBENCH" history --net vgg16 --method bbs-mod --format csv
check "tells where it changed" sh -c "[ \"\$(sed 1d $tap_folder/last_out | cut -d, -f 7-9 | tr '\n' ' ')\" = '1852,2000,first 1852,2000,same 1849,2000,-3 ' ]"
check "a comparison names what moved" sh -c "'$BBSBENCH' compare 2 3 | grep -qF '| accuracy | vgg16/compact/d/bbs-mod | correct | 1,852 of 2,000 | 1,849 of 2,000 |'"
check "with the spread of the times of this commit" sh -c "'$BBSBENCH' compare 2 3 | grep -qF '| accuracy | 20.0 (10.0 to 30.0, N = 3) | 30.0 (10.0 to 30.0, N = 3) |'"
check_fails 1 "and fails when it is asked to" "$BBSBENCH" compare 2 3 --fail-on moved
check "JUnit is XML with the failure" sh -c "'$BBSBENCH' compare 2 3 --format junit --fail-on moved 2>/dev/null >$tap_folder/junit.xml
    /usr/bin/python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()
failed = [case.get(\"name\") for case in suite if case.find(\"failure\") is not None]
assert failed == [\"vgg16/compact/d/bbs-mod correct\"] and suite.get(\"failures\") == \"1\", failed' $tap_folder/junit.xml"
check_fails 2 "an unknown rule" "$BBSBENCH" compare 2 3 --fail-on sometimes
check_fails 2 "an unknown format" "$BBSBENCH" compare 2 3 --format xml
if command -v gnuplot >/dev/null 2>&1; then
    check "is drawn" sh -c "'$BBSBENCH' history --net vgg16 --method bbs-mod --plot '$tap_folder/a plot' >/dev/null &&
        grep -q '<svg' '$tap_folder/a plot/series.svg' && [ -s '$tap_folder/a plot/series.png' ] && ! ls '$tap_folder/a plot' | grep -q part"
    check "also one run alone" sh -c "export BBS_HISTORY='$tap_folder/alone.db' && '$BBSBENCH' history import '$tap_folder/day1' &&
        '$BBSBENCH' history --net vgg16 --method bbs-mod --plot '$tap_folder/alone' >/dev/null && grep -q '<svg' '$tap_folder/alone/series.svg'"
else
    skip "is drawn" "gnuplot is not installed"
    skip "also one run alone" "gnuplot is not installed"
fi
tap_done
