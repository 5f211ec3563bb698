# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench run with chosen networks, methods and samples: what is measured, recorded, compared, continued and said.
. tests/shell/tap.sh
run=$tap_folder/run
chosen() { "$BBSBENCH" run --smoke --net vit_small,bert_sst2 --method ptq:bits=5 --method bbs-mod --only accuracy,fig11,layers "$@"; }

check "two networks, two methods and int8" chosen --out "$run"
cp "$tap_folder/out" "$tap_folder/said"
check "each network has a row of each method, and no other row is there" sh -c "
    [ \"\$(cut -d, -f1,4 $run/accuracy.csv | tail -n +2 | sort | tr '\n' ' ')\" = 'bert_sst2,bbs-mod bert_sst2,int8 bert_sst2,ptq:bits=5 vit_small,bbs-mod vit_small,int8 vit_small,ptq:bits=5 ' ]"
check "the rows are those of a run of everything" sh -c "
    grep -E '^(vit_small|bert_sst2),.*,(int8|bbs-mod),512,' results/reference/accuracy.smoke.csv | cut -d, -f1-6 | sort >$tap_folder/a &&
    grep -E ',(int8|bbs-mod),512,' $run/accuracy.csv | cut -d, -f1-6 | sort | cmp - $tap_folder/a && [ \$(wc -l <$tap_folder/a) -eq 4 ]"
check "fig11 shows a method that the paper does not have, with a mean over the two networks" sh -c "
    grep -qE '^mean,compact,,ptq:bits=5,[0-9]+,2,' $run/fig11.csv && [ \$(grep -c ',ptq:bits=5,' $run/fig11.csv) -eq 3 ]"
check "and no row of int8, which is the reference" sh -c "! grep -q ',int8,' $run/fig11.csv"
check "only rows that both have are compared, and it says so" sh -c "
    grep -q '^compared with .*, only rows of the same networks, methods and samples:' $tap_folder/said &&
    grep -qE '^  accuracy +4 same of 4 rows; 2 not among them' $tap_folder/said && grep -qE '^  fig11 +2 same of 2 rows; 4 not' $tap_folder/said"
check "an experiment without rows says why, and how to get them" sh -c "
    grep -A 1 '^  layers ' $tap_folder/said | grep -q 'NOT RUN: networks vit_small,bert_sst2; methods int8,ptq:bits=5,bbs-mod give it no row. It shows: .*resnet34.*. Choose these too'"
check "run.json has the choice" /usr/bin/python3 -c '
import json, sys
record = json.load(open(sys.argv[1] + "/run.json"))
choice = {key: value for key, value in record["configuration"].items() if key.startswith("chosen")}
assert choice == {"chosen networks": "vit_small,bert_sst2", "chosen methods": "int8,ptq:bits=5,bbs-mod"}, choice
assert "--net vit_small,bert_sst2 --method ptq:bits=5 --method bbs-mod" in record["command"], record["command"]' "$run"
check "queries can ask for it" sh -c "'$BBSBENCH' query --run $run --format csv 'SELECT chosen_nets, chosen_methods FROM run' | grep -qx '\"vit_small,bert_sst2\",\"int8,ptq:bits=5,bbs-mod\"'"

# ===  The report  ===
"$BBSBENCH" report "$run" >"$tap_folder/summary" 2>&1
check "its first line says what was chosen" sh -c "sed -n 3p $run/report.md | grep -q '^Mode smoke with chosen networks vit_small,bert_sst2; methods int8,ptq:bits=5,bbs-mod, 2 networks, N = 512 samples a network,'"
check "a mean over two networks is no stand-in of the mean over seven" sh -c "grep -qE '^\\| C04 .*\\*\\*NOT RUN\\*\\*' $run/report.md"
check "claims of experiments that were not asked for are not run" sh -c "grep -qE '^\\| C01 .*\\*\\*NOT RUN\\*\\*' $run/report.md"
check "a page without rows says how to get them" sh -c "grep -q 'among those of this run: NOT RUN. It has rows without the choice of .--net vit_small,bert_sst2. and methods' $run/report.md"
check "the baselines are those of the rows that both have" sh -c "grep -q '^| accuracy | accuracy.smoke.csv | \\*\\*same\\*\\* | 4 same of 4 rows; 2 rows of this run are not among them |' $run/report.md"

check "its commands repeat the choice" grep -qxF 'build/bbsbench run --smoke --net vit_small,bert_sst2 --method ptq:bits=5 --method bbs-mod --only fig11' "$run/report.md"

# ===  Going on  ===
check "it goes on with the same choice" chosen --resume --out "$run"
check "and keeps all that it has" sh -c "[ \$(grep -c 'finished earlier, kept' $tap_folder/last_out) -eq 3 ]"
check_fails 1 "another choice of methods does not go on" "$BBSBENCH" run --smoke --net vit_small,bert_sst2 --method bbs-mod --only accuracy,fig11,layers --resume --out "$run"
check "and is told" grep -q 'chosen methods: found int8,ptq:bits=5,bbs-mod, expected int8,bbs-mod' "$tap_folder/last_err"
check_fails 1 "nor does no choice" "$BBSBENCH" run --smoke --only accuracy,fig11,layers --resume --out "$run"

# ===  Samples, and the default mode  ===
check "64 samples in the default mode" "$BBSBENCH" run --net vgg16 --method bbs-mod --samples 64 --only accuracy,table1 --out "$tap_folder/few"
cp "$tap_folder/out" "$tap_folder/said"
check "are 64, also of the data set that the mode takes whole" sh -c "[ \$(grep -c ',64,' $tap_folder/few/accuracy.csv) -eq 2 ]"
check "rows of fewer samples have not moved" sh -c "grep -qE '^  accuracy +none of 0 rows; 2 not among them' $tap_folder/said"
check "and its title does not promise 2,000" sh -c "head -n 1 $tap_folder/said | grep -q '^CHOSEN BY THE USER: networks vgg16; methods int8,bbs-mod; at most 64 samples a network; '"

# ===  What is refused  ===
check_fails 2 "a network that nobody knows" "$BBSBENCH" run --smoke --net vgg --out "$tap_folder/none"
check_fails 2 "a network whose weights do not ship" "$BBSBENCH" run --smoke --net mobilenet_v2 --out "$tap_folder/none"
check_fails 2 "a method that nobody knows" "$BBSBENCH" run --smoke --method magic --out "$tap_folder/none"
check_fails 2 "a method twice" "$BBSBENCH" run --smoke --method int8 --method int8 --out "$tap_folder/none"
check_fails 2 "fewer than no samples" "$BBSBENCH" run --smoke --samples -1 --out "$tap_folder/none"
check_fails 2 "files of the full mode" "$BBSBENCH" run --smoke --from "$tap_folder" --out "$tap_folder/none"
check "nothing is left of them" sh -c "[ ! -e $tap_folder/none ]"
tap_done
