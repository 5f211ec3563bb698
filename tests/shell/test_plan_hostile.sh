# SPDX-License-Identifier: GPL-3.0-or-later
# plan, work, merge and status in the wrong order, on the wrong files and places: each is refused by name, and says what to do.
. tests/shell/tap.sh
work=$tap_folder
plan=$work/plan.csv
bbs() { "$BBSBENCH" "$@"; }
says() { grep -qE -- "$1" "$tap_folder/last_err"; }
refused() { # CODE TEXT NAME COMMAND...
    code=$1 text=$2
    shift 2
    check_fails "$code" "$@"
    check "says so" says "$text"
}

# ===  Options  ===
refused 2 '^error: plan: --smoke --full: found two modes' "two modes" bbs plan --smoke --full --out "$plan"
refused 2 '--weights: found it beside --smoke, expected --net' "an option that a mode would not read" bbs plan --smoke --weights x --out "$plan"
refused 2 '--yes: found it beside --net, expected --full' "an option of --full without it" bbs plan --net resnet34 --yes --out "$plan"
refused 2 '--method: found it alone, expected --net, --smoke or --full' "an option of accuracy beside models alone" bbs plan --simulate '--net resnet34' --method int8 --out "$plan"
for value in 0 -1 nan 99999999999999999999; do
    check_fails 2 "--shards $value" bbs plan --net resnet34 --shards "$value" --out "$plan"
    check_fails 2 "--unit-seconds $value" bbs plan --net resnet34 --unit-seconds "$value" --out "$plan"
done
# Before anything is measured: 100 networks would take minutes.
refused 1 'none/plan.csv: writing: .*make the folder first' "a plan into no folder" timeout 2 "$BBSBENCH" plan --smoke --out "$work/none/plan.csv"

# ===  Wrong files  ===
settings="--net resnet34 --samples 40 --method int8 --method bbs-mod --jobs 1"
# shellcheck disable=SC2086 # words
check "a plan" bbs plan $settings --shards 4 --out "$plan"
refused 3 'none.csv: found no such file, expected a plan; bbsbench plan makes one' "a plan that is not there" bbs work "$work/none.csv" 1
refused 1 'README.md: line' "a file that is no plan" bbs status README.md
refused 1 'expected the columns of plan' "rows of something else" bbs merge results/claims.csv --out "$work/merged"
for unit in 0 5 x 1.5; do refused 2 "unit: found $unit, expected 1 to 4" "unit $unit" bbs work "$plan" "$unit"; done

changed() { # SED: another plan
    rm -rf "$work/changed.csv" "$work/changed.units"
    sed "$1" "$plan" >"$work/changed.csv"
}
changed 's/,accuracy,resnet34/,accuracy,..\/..\/elsewhere/'
refused 1 'changed.csv: unit 1: found ../../elsewhere, compact, expected the name of a network' "a plan that leads out of its folder" bbs work "$work/changed.csv" 1
check "and leaves nothing there" [ ! -e "$work/changed.units" ]
changed 's/,accuracy,resnet34/,nonsense,resnet34/'
refused 1 'unit 1: found rows "nonsense", expected accuracy, integers or model' "rows of an unknown kind, which nobody would merge" bbs merge "$work/changed.csv" --out "$work/merged"
changed 's/accuracy --net resnet34/accuracy --net resnet99/'
refused 1 'changed.csv: unit 3, its command: found --net: resnet99' "a command of another version" bbs work "$work/changed.csv" 3
changed 's/--method bbs-mod//'
refused 1 'unit 3: found no answers of resnet34, compact, glyphs, bbs-mod' "a unit that its command does not compute" bbs work "$work/changed.csv" 3
check "counts as failed; the reference beside it was computed" sh -c "'$BBSBENCH' status '$work/changed.csv' 2>/dev/null | grep -q '1 done, 0 running, 1 failed, 2 waiting'"

# ===  Two plans in one place  ===
check "units" bbs work "$plan" 1 2 3 4
# shellcheck disable=SC2086
refused 1 'plan.csv: .*plan.units: found what the units of an earlier plan have left' "a second plan over it" bbs plan $settings --out "$plan"
# shellcheck disable=SC2086
check "another name" bbs plan --net resnet34 --samples 60 --method int8 --method bbs-mod --jobs 1 --shards 4 --out "$work/other.csv"
mv "$work/other.csv" "$plan" # the same by hand: the files at hand are of 20 samples, the units of 30
check "units of other samples" bbs work "$plan" 1
check "are computed, not taken for done" grep -q '30 samples: done' "$tap_folder/last_out"

# ===  Places that cannot be written  ===
if mkdir "$work/small" && mount -t tmpfs -o size=48k none "$work/small" 2>/dev/null; then
    trap 'umount "$work/small" 2>/dev/null; rm -rf "$tap_folder"' EXIT
    # shellcheck disable=SC2086
    check "a plan on a small disk" bbs plan --net resnet34 --samples 200 --method int8 --jobs 1 --shards 2 --out "$work/small/plan.csv"
    refused 1 'writing: found No space left on device, expected room for it' "a full disk" bbs work "$work/small/plan.csv" 1
    check "leaves no part of a unit" sh -c "[ -z \"\$(find '$work/small/plan.units' -name '*.part' -o -name '*.csv' -o -name '*.logits')\" ]"
    check "and its failure is told" sh -c "'$BBSBENCH' status '$work/small/plan.csv' 2>&1 | grep -q 'unit 1 failed: .*No space left'"
    mount -o remount,ro "$work/small"
    refused 1 'writing: found Read-only file system' "a folder that is only for reading" bbs work "$work/small/plan.csv" 2
    umount "$work/small"
else
    skip "a full disk" "no file system of its own can be mounted"
fi

# ===  Models  ===
grid="--net resnet34,bert_mrpc --weights none --accelerator stripes,bitvert-mod"
check "a plan of 4 parts" bbs plan --simulate "$grid" --shards 4 --jobs 1 --out "$work/grid.csv"
check "units" bbs work --jobs 1 "$work/grid.csv" 1 2 3 4
sed '$d' "$work/grid.csv" >"$work/cut.csv" && cp -r "$work/grid.units" "$work/cut.units"
refused 1 'cut.csv: evaluation 1: found units of 3 parts in order, expected 4' "a plan without its last unit" bbs merge "$work/cut.csv" --out "$work/merged"
sed 's/stripes,bitvert-mod/stripes/' "$work/grid.csv" >"$work/fewer.csv"
refused 1 'fewer.csv: unit 4: found 4 parts, expected 2' "a part that its command does not have" bbs work "$work/fewer.csv" 4
sed 's/stripes,bitvert-mod/nosuch/' "$work/grid.csv" >"$work/fewer.csv"
refused 1 'fewer.csv: unit 4, its command: found --accelerator: nosuch' "a design of another version" bbs work "$work/fewer.csv" 4
truncate -s 100 "$work/grid.units/001.model/000002.csv"
refused 1 '000002.csv: unit 3: found a damaged file.*bbsbench work .* 3 --again' "a file that was cut" bbs merge "$work/grid.csv" --out "$work/merged"
tap_done
