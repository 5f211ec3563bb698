# SPDX-License-Identifier: GPL-3.0-or-later
# Work cut into units: run by several processes, killed, run twice, put together to the bytes of one process; what does not
# belong together is refused by name. No Slurm: tests/cluster/cluster.sh runs the same on it.
. tests/shell/tap.sh
work=$tap_folder
plan=$work/plan.csv
units=$work/plan.units
PYTHON=${PYTHON:-/usr/bin/python3}
bbs() { "$BBSBENCH" "$@"; }
each() { seq "$1" "$2" | xargs -P 2 -n 1 "$BBSBENCH" work --jobs 1 "${3:-$plan}"; }
cp models/compact/resnet34.safetensors "$work/net.safetensors"
methods="--method fp32 --method int8 --method mx --method bbs-mod" # floats, integers, both kinds of compressed weights
settings="--net resnet34 --weights $work/net.safetensors --samples 480 $methods"

# ===  Plan, work, merge  ===
# shellcheck disable=SC2086 # words
{
    check "one process" bbs accuracy $settings --jobs 1 --predictions "$work/kept" --out "$work/one.csv"
    check "a plan of 12 units" bbs plan $settings --shards 12 --jobs 1 --out "$plan"
}
check "has 12 rows" [ "$(wc -l <"$plan")" -eq 13 ]
check "4 of them of the references, which come first" [ "$(cut -d, -f1-2,8 "$plan" | grep -c ',1,fp32 int8$')" -eq 4 ]
check "of which each is 120 samples" [ "$(sed 1d "$plan" | cut -d, -f10 | sort -u)" = 120 ]
check_fails 3 "nothing is done: no merge" bbs merge "$plan" --out "$work/merged"
check "it names the units" grep -q 'units 1 2 3 4 5 6 7 8 9 10 11 12: .*no files of 12 of 12 units' "$tap_folder/last_err"
check "the first 6, two at a time" each 1 6
check "status" bbs status "$plan" --format csv
check "knows them" grep -q '^1,accuracy,resnet34,12,6,0,0,6,' "$tap_folder/last_out"

runs() { # is there a worker at unit 7?
    set -- "$units/state"/000007.running.*[0-9]
    [ -e "$1" ]
}
# A killed unit. It is tried again in case that it was faster than the shot.
killed() {
    for _ in 1 2 3 4 5; do
        "$BBSBENCH" work --jobs 1 "$plan" 7 >"$work/killed.log" 2>&1 &
        pid=$!
        until runs || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
        bbs status "$plan" --format csv >"$work/running" 2>/dev/null
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null
        if [ ! -e "$units/001.resnet34/000120/resnet34.compact.glyphs.mx.csv" ]; then return 0; fi
        rm "$units/001.resnet34/000120/resnet34.compact.glyphs.mx.csv"
    done
    return 1
}
check "a unit is killed" killed
check "it was running" grep -q '^1,accuracy,resnet34,12,6,1,0,5,' "$work/running"
check "and is no more" sh -c "'$BBSBENCH' status '$plan' --format csv 2>/dev/null | grep -q '^1,accuracy,resnet34,12,6,0,0,6,'"
check "the rest, the killed one again" each 7 12
check "all are done" sh -c "'$BBSBENCH' status '$plan' --format csv 2>/dev/null | grep -q '^1,accuracy,resnet34,12,12,0,0,0,0'"
check "a unit that is done ends at once" bbs work "$plan" 7
check "and says so" grep -q 'unit 7 of 12: resnet34 mx, 120 samples: was done' "$tap_folder/last_out"
twice() {
    "$BBSBENCH" work --again --jobs 1 "$plan" 2 >"$work/a" 2>&1 &
    first=$!
    bbs work --again --jobs 1 "$plan" 2 >"$work/b" 2>&1 && wait $first
}
check "two workers at one unit" twice
check "leave nothing of their own" sh -c "[ -z \"\$(ls '$units/private' | grep -v '\.7\$')\" ]"
check "merge" bbs merge "$plan" --jobs 1 --out "$work/merged"
check "the rows of one process" cmp "$work/one.csv" "$work/merged/accuracy.csv"
check "and its answers, sample by sample" diff -r "$work/kept" "$work/merged/predictions"
# shellcheck disable=SC2086
check "which it takes for its own" bbs accuracy $settings --predictions "$work/merged/predictions" --out "$work/again.csv"
check "every method" [ "$(grep -c '(kept)' "$tap_folder/out")" -eq 4 ]

find "$units" -name '*.sizes.csv' -exec mv {} {}.away \;
check "without the bits that units have counted" bbs merge "$plan" --jobs 1 --out "$work/counted"
check "the same rows" cmp "$work/one.csv" "$work/counted/accuracy.csv"
find "$units" -name '*.sizes.csv.away' | while read -r file; do sed '2s/^[0-9]*/1/' "$file" >"${file%.away}"; done
check "with bits that somebody changed" bbs merge "$plan" --jobs 1 --out "$work/counted"
check "too" cmp "$work/one.csv" "$work/counted/accuracy.csv"
find "$units" -name '*.sizes.csv.away' | while read -r file; do mv "$file" "${file%.away}"; done

# ===  In another order, in a mode, in integers  ===
check "integers" bbs accuracy --net resnet34 --samples 60 --activations int8 --jobs 1 --out "$work/int.csv"
check "in 6 units" bbs plan --net resnet34 --samples 60 --activations int8 --shards 6 --jobs 1 --out "$work/int.plan.csv"
backwards() { seq 1 6 | tac | xargs -n 1 "$BBSBENCH" work --jobs 2 "$work/int.plan.csv"; }
check "from the last to the first" backwards
# Integer answers are the same on every processor, so another instruction set is no reason to refuse them.
check "one with fewer instructions" env ONEDNN_MAX_CPU_ISA=AVX2 DNNL_MAX_CPU_ISA=AVX2 "$BBSBENCH" work --again --jobs 1 "$work/int.plan.csv" 4
check "merge" bbs merge "$work/int.plan.csv" --jobs 1 --out "$work/int"
check "the rows of one process" cmp "$work/int.csv" "$work/int/integers.csv"
check "what a mode measures, of one network and method" bbs plan --smoke --net bert_sst2 --method bbs-mod --samples 30 --shards 8 --jobs 1 --out "$work/mode.csv"
check "all units" each 1 "$(($(wc -l <"$work/mode.csv") - 1))" "$work/mode.csv"
check "merge" bbs merge "$work/mode.csv" --jobs 1 --out "$work/mode"
cp -r "$work/mode" "$work/moderun"
check "a run in that folder" bbs run --smoke --net bert_sst2 --method bbs-mod --samples 30 --only accuracy,integers --no-compare --jobs 1 --out "$work/moderun"
check "has the same rows" sh -c "cmp '$work/mode/accuracy.csv' '$work/moderun/accuracy.csv' && cmp '$work/mode/integers.csv' '$work/moderun/integers.csv'"
check "and the same answers" sh -c "diff -r '$work/mode/predictions' '$work/moderun/predictions' && diff -r '$work/mode/predictions_integers' '$work/moderun/predictions_integers'"

# ===  What does not belong together  ===
refused() { # TEXT NAME: merge is refused with it, and leaves no rows
    rm -rf "$work/refused"
    check_fails 1 "$2" bbs merge "$plan" --jobs 1 --out "$work/refused"
    check "by name" grep -qE "$1" "$tap_folder/last_err"
    check "without rows" [ ! -e "$work/refused/accuracy.csv" ]
}
file=$units/001.resnet34/000240/resnet34.compact.glyphs.bbs-mod.csv
cp "$file" "$work/good"
sed '3s/,[0-9]*,\(-*[0-9.]*,\)/,77,\1/' "$work/good" >"$work/bad" && cp "$work/bad" "$file"
refused '000240/.*bbs-mod.csv.*unit 10: .*damaged.*bbsbench work .* 10 --again' "a changed answer"
head -n 50 "$work/good" >"$file"
refused 'unit 10: .*damaged' "a file that was cut"
rm "$file"
check_fails 3 "a unit without its file" bbs merge "$plan" --out "$work/refused"
check "is named" grep -q ': unit 10: found no files of 1 of 12 units' "$tap_folder/last_err"
cp "$work/good" "$file"

mkdir "$work/other"
cp "$BBSBENCH" "$work/other/bbsbench" && cp "$(dirname "$BBSBENCH")/bbsbench-engine.so" "$work/other/" && echo >>"$work/other/bbsbench"
check "another program" env BBS_ROOT="$PWD" "$work/other/bbsbench" work --jobs 1 "$plan" 10
check "computes the unit again" grep -q 'unit 10 .*: done' "$tap_folder/last_out"
refused 'unit 10: found program [0-9a-f]{16}, expected program [0-9a-f]{16}.*--mixed' "a unit of another program"
check "unless --mixed" bbs merge "$plan" --mixed --jobs 1 --out "$work/mixed"
check "and the rows say so" [ "$(grep -c ',"fast, mixed: program",' "$work/mixed/accuracy.csv")" -eq 4 ]
check "which else are the same" sh -c "sed 's/\"fast, mixed: program\"/fast/' '$work/mixed/accuracy.csv' | cmp - '$work/one.csv'"
check "with --mixed where nothing differs" bbs work --jobs 1 "$plan" 10
check "the rows are those of one process" sh -c "'$BBSBENCH' merge '$plan' --mixed --jobs 1 --out '$work/same' >/dev/null && cmp '$work/one.csv' '$work/same/accuracy.csv'"

isa() { bbs version >/dev/null && env ONEDNN_MAX_CPU_ISA=SSE41 DNNL_MAX_CPU_ISA=SSE41 "$BBSBENCH" work --again --jobs 1 "$plan" 10; }
check "a unit by other instructions" isa
refused 'unit 10: found engine .*, expected engine .*--mixed' "float answers of another instruction set"
check "unless --mixed" bbs merge "$plan" --mixed --jobs 1 --out "$work/mixed"
check "and the rows say so" [ "$(grep -c ',"fast, mixed: engine",' "$work/mixed/accuracy.csv")" -eq 4 ]
cp "$work/good" "$file"

"$PYTHON" -c "import sys; p = sys.argv[1]; b = bytearray(open(p, 'rb').read()); b[-3] ^= 1; open(p, 'wb').write(b)" "$work/net.safetensors"
refused 'unit [0-9]+: found weights [0-9a-f]{16}, expected weights [0-9a-f]{16}' "other weights than now"
cp models/compact/resnet34.safetensors "$work/net.safetensors"
check "with the right ones again" sh -c "'$BBSBENCH' merge '$plan' --jobs 1 --out '$work/right' >/dev/null && cmp '$work/one.csv' '$work/right/accuracy.csv'"

# ===  Accelerator models  ===
# 2 networks, 3 designs, 2 values of the first sweep: 12 parts, of which each has the values of the second sweep.
grid="--net resnet34,bert_mrpc --weights none --accelerator stripes,bitvert-mod,bitwave --sweep bitvert.rows=8,16 --sweep dram.gbytes_per_s=6.4,12.8"
# shellcheck disable=SC2086
check "a grid" bbs simulate $grid --jobs 1 --out "$work/grid.csv"
check "in 5 units" bbs plan --simulate "$grid" --shards 5 --jobs 1 --out "$work/sweep.csv"
check "of 12 parts" [ "$(sed 1d "$work/sweep.csv" | awk -F, '{ n += $10 } END { print NR, n }')" = "5 12" ]
check "all units" each 1 5 "$work/sweep.csv"
check "merge" bbs merge "$work/sweep.csv" --jobs 1 --out "$work/sweep"
check "the rows of one process" cmp "$work/grid.csv" "$work/sweep/model.csv"
sed -i '3s/,[0-9]*,/,1,/' "$work/sweep.units/001.model/000004.csv"
check_fails 1 "rows that somebody changed" bbs merge "$work/sweep.csv" --out "$work/refused"
check "are refused by name" grep -q '000004.csv: unit 3: found a damaged file' "$tap_folder/last_err"
check "and computed again" bbs work --jobs 1 "$work/sweep.csv" 3
check "and merged" sh -c "'$BBSBENCH' merge '$work/sweep.csv' --out '$work/sweep' >/dev/null && cmp '$work/grid.csv' '$work/sweep/model.csv'"
check_fails 2 "an option that is not for a part" bbs plan --simulate "$grid --out x.csv" --out "$work/no.csv"

# ===  Compressed weights that a machine keeps  ===
check "a unit that keeps them" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 10
check "for this user alone" [ "$(stat -c %a "$work/cache")" = 700 ]
check "the next unit of the method" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 12
check "makes no others" [ "$(find "$work/cache" -name '*.weights' | wc -l)" -eq 1 ]
for one in "$work"/cache/*.weights; do "$PYTHON" -c "import sys; p = sys.argv[1]; b = bytearray(open(p, 'rb').read()); b[5000] ^= 1; open(p, 'wb').write(b)" "$one"; done
check "damaged ones are not used" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 10
check "nor those of another method" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 1 5 7
check "of which there are four" [ "$(find "$work/cache" -name '*.weights' | wc -l)" -eq 4 ]
check "they are read" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 1 2 9 12
check "the rows of one process" sh -c "'$BBSBENCH' merge '$plan' --jobs 1 --out '$work/cached' >/dev/null && cmp '$work/one.csv' '$work/cached/accuracy.csv'"
check "and its answers" diff -r "$work/kept" "$work/cached/predictions"
chmod 777 "$work/cache"
check_fails 1 "a folder that others may write" bbs work --again --jobs 1 --cache "$work/cache" "$plan" 10

# ===  Failures  ===
sed 's/resnet34 --size compact/resnet34 --size compact --data nowhere/' "$plan" >"$work/fails.csv"
check_fails 3 "a unit that fails" bbs work "$work/fails.csv" 1
check "is told by status, with its reason" sh -c "'$BBSBENCH' status '$work/fails.csv' | grep -q 'unit 1 failed: .*nowhere'"
check_fails 2 "a unit that is not in the plan" bbs work "$plan" 13
check_fails 2 "--shards and --unit-seconds" bbs plan --net resnet34 --shards 3 --unit-seconds 3 --out "$work/no.csv"
check_fails 2 "weights that only this process can read" bbs plan --net resnet34 --weights - --out "$work/no.csv"
check_fails 2 "no network" bbs plan --shards 3 --out "$work/no.csv"
check_fails 2 "a method that nobody knows" bbs plan --net resnet34 --method magic --out "$work/no.csv"
tap_done
