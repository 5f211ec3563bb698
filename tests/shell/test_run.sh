# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench run, report and diff: the smoke run against the committed rows, a killed run that continues, and what is refused.
. tests/shell/tap.sh
reference=results/reference
whole=$tap_folder/whole killed=$tap_folder/killed

# ===  A run, and its rows  ===
check "the smoke run" sh -c "'$BBSBENCH' run --smoke --jobs 2 --out $whole >$tap_folder/log"
check "it says that every row is as committed" sh -c "
    sed -n '/^compared with/,/^run folder/p' $tap_folder/log | grep '^  ' >$tap_folder/compared
    [ \$(grep -cE '^  [a-z0-9_]+ +([0-9]+) same of \1 rows\$' $tap_folder/compared) -ge 16 ] &&
    ! grep -vE '^  [a-z0-9_]+ +([0-9]+) same of \1 rows\$' $tap_folder/compared"
check "model rows are exactly the committed ones" cmp "$reference/model.csv" "$whole/model.csv"
check "worked examples are exactly the committed ones" cmp "$reference/examples.csv" "$whole/examples.csv"
check "accuracies are the committed ones within 1 flip in 1,000" "$BBSBENCH" diff "$reference/accuracy.smoke.csv" "$whole/accuracy.csv"
check "run.json is complete" /usr/bin/env sh -c "
    for key in command mode configuration seeds inputs commit dirty sha256 compiler flags processor vector_set libraries \
        wall_seconds peak_memory_bytes started_utc; do grep -q \"\\\"\$key\\\"\" $whole/run.json || { echo no \$key; exit 1; }; done
    ! grep -q '\"sha256\":[[:space:]]*\"\"' $whole/run.json && ! grep -q '\"finished_utc\":[[:space:]]*null' $whole/run.json"
check "integer answers are exactly the committed ones" cmp "$reference/integers.smoke.csv" "$whole/integers.csv"
check "no unfinished file is left" sh -c "! find $whole -name '*.part' | grep -q ."

# ===  Rows that moved  ===
# A copy of the project by links, with one number of one baseline changed.
mkdir -p "$tap_folder/root/results"
for part in models datasets plots build bench; do ln -s "$PWD/$part" "$tap_folder/root/$part"; done
cp -r "$reference" "$tap_folder/root/results/reference"
cp results/claims.csv "$tap_folder/root/results/"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "correct") right = i } NR > 1 && $4 == "bbs-mod" { $right += 9 } 1' \
    "$reference/integers.smoke.csv" >"$tap_folder/root/results/reference/integers.smoke.csv"
moved=$(awk -F, 'NR > 1 && $4 == "bbs-mod"' "$reference/integers.smoke.csv" | wc -l)
moved_run() { BBS_ROOT="$tap_folder/root" "$BBSBENCH" run --smoke --only examples,integers --jobs 2 "$@"; }
check_fails 1 "a run with rows that moved" moved_run --out "$tap_folder/moved"
cp "$tap_folder/out" "$tap_folder/said" && cp "$tap_folder/err" "$tap_folder/error"
check "is whole" sh -c "! grep -q '\"finished_utc\":[[:space:]]*null' $tap_folder/moved/run.json"
check "says which, each with its samples" sh -c "
    [ \$(grep -cE '^    regressed [a-z0-9_]+/compact/[a-z0-9-]+/bbs-mod correct: [0-9]+ of [0-9]+ → [0-9]+ of [0-9]+\$' $tap_folder/said) -eq $moved ]"
check "and how many" grep -q "rows that moved: found $moved regressed in integers, expected the rows of" "$tap_folder/error"
check_fails 1 "continuing it comes to the same" moved_run --resume --out "$tap_folder/moved"
check "without comparing it ends well" moved_run --no-compare --out "$tap_folder/unasked"
check "and compares nothing" sh -c "! grep -q '^compared with' $tap_folder/last_out"

# ===  A run that is killed  ===
wait_for() { # FILE: until it is there or 60 s have passed
    tries=0
    while [ ! -e "$1" ] && [ $tries -lt 1200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    [ -e "$1" ]
}
"$BBSBENCH" run --smoke --only accuracy,examples --jobs 1 --out "$killed" >"$tap_folder/log" 2>&1 &
process=$!
check "answers are on disk as they come" wait_for "$killed/predictions/resnet34.compact.glyphs.fp32.csv"
check_fails 1 "a second process in the same folder" "$BBSBENCH" run --smoke --only accuracy,examples --resume --out "$killed"
kill -9 $process 2>/dev/null
wait $process 2>/dev/null
check "the killed run has no accuracy.csv and knows that it is unfinished" sh -c "
    [ ! -e $killed/accuracy.csv ] && grep -q '\"finished_utc\":[[:space:]]*null' $killed/run.json && grep -q '\"running\"' $killed/run.json"
cp -p "$killed/predictions/resnet34.compact.glyphs.fp32.csv" "$tap_folder/kept"
check "its report says so" sh -c "'$BBSBENCH' report $killed && grep -q 'HAS NOT FINISHED' $killed/report.html && grep -q 'HAS NOT FINISHED' $killed/report.md"
check_fails 1 "another mode does not continue it" "$BBSBENCH" run --resume --out "$killed"
check_fails 1 "other experiments do not continue it" "$BBSBENCH" run --smoke --only model --resume --out "$killed"
# Somebody makes each wrong answer of a finished method a right one, which no record of the run forbids yet: it is answered again.
awk -F, -v OFS=, 'NR > 1 { $3 = $2 } 1' "$killed/predictions/vgg16.compact.glyphs.bbs-mod.csv" >"$tap_folder/right"
check "its changed answers were wrong before" sh -c "! cmp -s $tap_folder/right $killed/predictions/vgg16.compact.glyphs.bbs-mod.csv"
cp "$tap_folder/right" "$killed/predictions/vgg16.compact.glyphs.bbs-mod.csv"
check "it continues" "$BBSBENCH" run --smoke --only accuracy,examples --jobs 2 --resume --out "$killed"
check "with the answers that it had" sh -c "[ ! $killed/predictions/resnet34.compact.glyphs.fp32.csv -nt $tap_folder/kept ]"
check "and comes to the same bytes as the run that was not killed" sh -c "
    for rows in accuracy examples; do cmp $whole/\$rows.csv $killed/\$rows.csv || exit 1; done"
check "sample by sample, and without the logits that it kept while it ran" sh -c "
    diff -r $whole/predictions $killed/predictions && ! ls $killed/predictions | grep -q logits"
check "what outputs say follows from the answers alone" sh -c "
    for rows in outputs ordering; do '$BBSBENCH' query --run $killed --format csv \"SELECT * FROM \$rows WHERE activations = 'fp32' ORDER BY rowid\" >$tap_folder/a &&
        '$BBSBENCH' query --run $whole --format csv \"SELECT * FROM \$rows WHERE activations = 'fp32' ORDER BY rowid\" | cmp - $tap_folder/a || exit 1; done"
check "a finished run stays as it is" sh -c "cp $killed/run.json $tap_folder/before &&
    '$BBSBENCH' run --smoke --only accuracy,examples --resume --out $killed | grep -q 'finished earlier' && cmp $killed/run.json $tap_folder/before"
cut=$tap_folder/cut
check "a run that is killed between its rows and its record" sh -c "'$BBSBENCH' run --smoke --only table4 --out $cut >/dev/null &&
    cp $cut/table4.csv $tap_folder/table4.csv && sed -i 's/\"finished\"/\"running\"/' $cut/run.json"
check "continues with each row once" sh -c "'$BBSBENCH' run --smoke --only table4 --resume --out $cut && cmp $cut/table4.csv $tap_folder/table4.csv"

# ===  The report  ===
if command -v gnuplot >/dev/null 2>&1; then
    check "the report" "$BBSBENCH" report "$whole"
    check "it has no limits of methods that were not run" sh -c "
        ! grep -qE 'width of PTQ|BitWave.s two numbers|Microscaling and NoisyQuant also' $whole/report.md"
    check "figures as SVG, PDF and PNG" sh -c "
        for name in accuracy outputs ordering layers speedup fig3 fig6 fig11 fig12 fig13 fig14 fig15 fig16 table4 table5 table6; do grep -q '<svg' $whole/figures/\$name.svg && [ \$(head -c 4 $whole/figures/\$name.png | tail -c 3) = PNG ] && [ \$(head -c 4 $whole/figures/\$name.pdf) = %PDF ] || exit 1; done"
    check "figures are in the page, with a text" sh -c "[ \$(grep -o '<img alt=\"[A-Z][^\"]*\" src=\"data:image/svg+xml;utf8,' $whole/report.html | wc -l) -eq \$(ls $whole/figures/*.svg | wc -l) ]"
    check "figures are beside the text" sh -c "grep -q '](figures/speedup.png)' $whole/report.md && grep -q '](figures/accuracy.png)' $whole/report.md"
else
    skip "the report with figures" "gnuplot is not installed"
fi
rm -rf "$whole/figures" "$whole/report.html" "$whole/report.md"
check_fails 3 "a report without gnuplot" env PATH=/nonexistent "$BBSBENCH" report "$whole"
check "is written all the same and says what it lacks" sh -c "grep -q 'was not drawn' $whole/report.html && grep -q 'was not drawn' $whole/report.md"
check "page and text give the same verdicts" sh -c "
    for verdict in REPRODUCED SUBSET STAND-IN 'NOT RUN'; do
        [ \$(grep -o \">\$verdict</b>\" $whole/report.html | wc -l) -eq \$(grep -o \"\\*\\*\$verdict\\*\\*\" $whole/report.md | wc -l) ] || exit 1; done"
check "it says what kind of run it is" sh -c "grep -q 'SMOKE RUN' $whole/report.html && grep -q 'SMOKE RUN' $whole/report.md"
check "it needs no network" sh -c "! grep -qE '(src|href)=\"(https?:)?//' $whole/report.html && ! grep -qE '<script [^>]*src' $whole/report.html"
check "no accuracy of a stand-in is compared with the paper's" sh -c "[ \$(grep -cE '^\\| C0[34] ' $whole/report.md) -ge 2 ] && ! grep -E '^\\| C0[34] ' $whole/report.md | grep -qE '0\\.25|0\\.45'"

# ===  diff  ===
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "energy_total_pj") total = i } NR == 2 { $total = 99 } 1' \
    "$whole/model.csv" >"$tap_folder/model.csv"
check_fails 1 "a model row that moved" "$BBSBENCH" diff "$reference/model.csv" "$tap_folder/model.csv"
check "is told by name" sh -c "'$BBSBENCH' diff $reference/model.csv $tap_folder/model.csv | grep -q '^improved  vgg16/full/stripes/features.0/* energy_total_pj: '"
check_fails 2 "an unknown experiment to diff" "$BBSBENCH" diff "$reference/model.csv" "$whole/run.json"
check_fails 3 "a missing file to diff" "$BBSBENCH" diff "$reference/model.csv" "$tap_folder/none/model.csv"

# ===  The command that repeats a run  ===
check "a folder with blanks and quotes" "$BBSBENCH" run --smoke --only examples --out "$tap_folder/it's a folder"
check "is one word of the command" /usr/bin/python3 -c '
import json, shlex, sys
words = shlex.split(json.load(open(sys.argv[1] + "/run.json"))["command"])
assert len(words) == 7 and words[words.index("--out") + 1] == sys.argv[1], words' "$tap_folder/it's a folder"

# ===  run_all.sh  ===
script=$PWD/run_all.sh
check "run_all.sh tells its options" sh -c "cd / && '$script' --help | grep -q -- --resume"
check_fails 2 "run_all.sh with an unknown option" "$script" --fast
check_fails 2 "run_all.sh with two modes" "$script" --smoke --full
check_fails 2 "run_all.sh without threads" "$script" --smoke --jobs 0

# ===  What is refused  ===
check_fails 1 "a folder that holds a run" "$BBSBENCH" run --smoke --out "$whole"
check_fails 3 "nothing to continue" "$BBSBENCH" run --smoke --resume --out "$tap_folder/none"
check_fails 2 "an unknown experiment" "$BBSBENCH" run --smoke --only accuracy,nothing --out "$tap_folder/none"
check_fails 2 "no experiment" "$BBSBENCH" run --smoke --only , --out "$tap_folder/none"
check_fails 2 "two modes" "$BBSBENCH" run --smoke --full --out "$tap_folder/none"
check_fails 2 "no threads" "$BBSBENCH" run --smoke --jobs 0 --out "$tap_folder/none"
check_fails 3 "the full mode without its data" env BBS_HOME="$tap_folder/cache" "$BBSBENCH" run --full --yes --out "$tap_folder/none"
check "names what it will need" sh -c "export BBS_HOME='$tap_folder/cache' && '$BBSBENCH' run --full 2>/dev/null | grep -q 'vgg16_bn-6c64b313.pth' && '$BBSBENCH' run --full 2>&1 | grep -q 'imagenet=FOLDER'"
check_fails 1 "a results folder that nobody can write" "$BBSBENCH" run --smoke --out /proc/none/run
# Root may write everywhere, so it steps back to nobody for this one.
other=
[ "$(id -u)" -ne 0 ] || other="setpriv --reuid=65534 --regid=65534 --clear-groups"
mkdir "$tap_folder/locked" && chmod 555 "$tap_folder/locked" && chmod 755 "$tap_folder"
if $other "$BBSBENCH" --version >/dev/null 2>&1; then
    check_fails 1 "a read-only results folder" $other "$BBSBENCH" run --smoke --out "$tap_folder/locked/run"
else
    skip "a read-only results folder" "root, and nobody may not run $BBSBENCH"
fi
check "nothing is left of them" sh -c "[ ! -e $tap_folder/none ]"
check_fails 1 "no room for run.json" sh -c "ulimit -f 1; exec '$BBSBENCH' run --only model --out $tap_folder/full"
check "leaves no half of it" sh -c "[ ! -e $tap_folder/full/run.json ] && ! find $tap_folder/full -name '*.part' | grep -q ."
check_fails 1 "no room for the rows" sh -c "ulimit -f 64; exec '$BBSBENCH' run --only model --out $tap_folder/full"
check "leaves no half of them, and a record" sh -c "
    [ ! -e $tap_folder/full/model.csv ] && ! find $tap_folder/full -name '*.part' | grep -q . && grep -q '\"failed\"' $tap_folder/full/run.json"
check "its claims are BLOCKED" sh -c "'$BBSBENCH' report $tap_folder/full && grep -q 'BLOCKED' $tap_folder/full/report.md"
check "the section of the experiment says why it was not run and what it takes" sh -c "
    grep -A4 '^## Speed and energy of the accelerators' $tap_folder/full/report.md >$tap_folder/why &&
    grep -q 'NOT RUN: .*model.csv' $tap_folder/why && grep -q 'It needs: .*run --only model' $tap_folder/why"
check "with room again it continues" "$BBSBENCH" run --only model --resume --out "$tap_folder/full"
check_fails 3 "a report of no run" "$BBSBENCH" report "$tap_folder"
printf '{"schema": 3, "mode": ' >"$tap_folder/full/run.json"
check_fails 1 "a broken run.json" "$BBSBENCH" report "$tap_folder/full"
printf '{"schema": 9}' >"$tap_folder/full/run.json"
check_fails 1 "a run.json of another version" "$BBSBENCH" report "$tap_folder/full"
printf '{"schema": 3, "mode": 5, "inputs": "none"}' >"$tap_folder/full/run.json"
check_fails 1 "a run.json with other things in it" "$BBSBENCH" report "$tap_folder/full"
tap_done
