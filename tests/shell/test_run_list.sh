# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench run --list: experiments with what they read and need, times of earlier runs of this mode on this processor and no others.
. tests/shell/tap.sh
run=$tap_folder/run
export BBS_HISTORY="$tap_folder/history.db"
list() { "$BBSBENCH" run --list --smoke --only table4,examples "$@"; }
unknown() { [ "$(grep -cE '^(examples|pe|table4) +not measured here +- +- +- ' "$1")" -eq 3 ] && grep -q '^time of all: not measured here for 3 of 3 experiments$' "$1" && grep -q '^disk: not measured here$' "$1"; }

list --out "$run" >"$tap_folder/none"
check "without an earlier run no time is known" unknown "$tap_folder/none"
check "nothing is made by listing" sh -c "[ ! -e $run ] && [ ! -e $BBS_HISTORY ]"
check "an experiment comes after those whose rows it reads" sh -c "[ \"\$(awk '/^(examples|pe|table4) / { print \$1 }' $tap_folder/none | tr '\n' ' ')\" = 'examples pe table4 ' ]"
check "which are named, with its title and needs" sh -c "grep -A 1 '^table4 .*Table IV: ' $tap_folder/none | grep -q '^ *reads pe; needs the rows of experiment pe$'"
check "networks are listed with their samples" sh -c "[ \$(grep -cE '^network [a-z0-9_]+ \(compact\) on [a-z0-9-]+, at most 512 samples$' $tap_folder/none) -eq 7 ]"
check "the default mode has its own numbers of samples" sh -c "
    '$BBSBENCH' run --list --only accuracy >$tap_folder/default && grep -q '^network vgg16 (compact) on glyphs, at most 8,000 samples$' $tap_folder/default && grep -q '^network vit_small (compact) on fashion-mnist, at most 2,000 samples$' $tap_folder/default"
check "without --only all experiments of the mode are listed, but none of another mode" sh -c "
    '$BBSBENCH' run --list --smoke >$tap_folder/all && [ \$(grep -c '^  *reads ' $tap_folder/all) -eq \$(ls bench/experiments/*.md | grep -vc /real.md) ] && ! grep -q '^real ' $tap_folder/all"

# ===  Times of an earlier run  ===
"$BBSBENCH" run --smoke --only table4,examples --jobs 1 --no-compare --out "$run" >/dev/null
sed -i 's/"wall_seconds":[^,]*/"wall_seconds":\t7.25/' "$run/run.json" # a time that no run has by chance
list --out "$run" >"$tap_folder/folder"
check "the time, threads and rows of the run in the folder" sh -c "
    rows=\$(tail -n +2 $run/examples.csv | wc -l) && grep -qE \"^examples +7\\.2 s +1 +[0-9.]+ MiB +\$rows +\" $tap_folder/folder"
check "three times 7.25 s together" grep -q '^time of all: 21.8 s$' "$tap_folder/folder"
check "the run is named, with the processor" grep -q "^times are those of $run, on this processor (.*), with what the mode has\$" "$tap_folder/folder"
check "and the disk is that of its folder" grep -qE '^disk: [0-9.]+ [KM]iB, the folder of such a run$' "$tap_folder/folder"
list --out "$tap_folder/nowhere" >"$tap_folder/history" # else the newest run in results/ would be taken
check "a run of the history is known by its number" grep -q '^times are those of run 1 of the history, ' "$tap_folder/history"
check "with its own time, not that of the folder" sh -c "! grep -q '7.2 s' $tap_folder/history && grep -qE '^examples +[0-9.]+ m?s +1 ' $tap_folder/history"
sed -i 's/"processor":.*/"processor":\t"Another processor",/' "$run/run.json"
BBS_HISTORY='' list --out "$run" >"$tap_folder/other"
check "a time of another processor is none of this one" unknown "$tap_folder/other"
"$BBSBENCH" run --smoke --net vgg16 --only table4,examples --no-compare --no-history --out "$tap_folder/chosen" >/dev/null
BBS_HISTORY='' list --out "$tap_folder/chosen" >"$tap_folder/other"
check "nor is one of a run with a choice" unknown "$tap_folder/other"
"$BBSBENCH" run --only table4,examples --no-compare --no-history --out "$tap_folder/default.run" >/dev/null
BBS_HISTORY='' list --out "$tap_folder/default.run" >"$tap_folder/other"
check "nor one of another mode" unknown "$tap_folder/other"

# ===  A choice, and files  ===
check "a choice is listed" sh -c "'$BBSBENCH' run --list --smoke --net vit_small --method bbs-mod --samples 9 --only fig11 >$tap_folder/choice &&
    head -n 1 $tap_folder/choice | grep -q '^CHOSEN BY THE USER: networks vit_small; methods int8,bbs-mod; at most 9 samples' && [ \$(grep -c '^network ' $tap_folder/choice) -eq 1 ] && grep -q '^methods: int8,bbs-mod$' $tap_folder/choice"
check "the full mode lists the files that it needs, and is no error without them" sh -c "
    BBS_HOME=$tap_folder/cache '$BBSBENCH' run --list --full --only accuracy >$tap_folder/full && grep -q '^vgg16_bn-6c64b313.pth .* 553.5 MB ' $tap_folder/full && grep -q '^files: --full: found no network' $tap_folder/full"
check "nothing is fetched" sh -c "! find $tap_folder/cache -type f 2>/dev/null | grep -q ."
check_fails 2 "an experiment that nobody knows" "$BBSBENCH" run --list --only table9
check_fails 2 "a network that nobody knows" "$BBSBENCH" run --list --net vgg
tap_done
