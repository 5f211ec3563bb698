# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench density, and what simulate makes of its files. Its numbers are compared with PyTorch's in test_real.sh.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
work=$tap_folder
small="--net resnet34 --size compact"
measure() { "$BBSBENCH" density --net "$1" --samples "$2" --masks "$work/$1.masks" --mask-samples "$2" --out "$work/$1.csv"; }

check "a CNN" measure resnet34 12
check "its masks have its densities" "$PYTHON" tests/oracle/masks.py "$work/resnet34.csv" "$work/resnet34.masks"
check "a transformer of images" measure vit_small 3
check "its masks have its densities" "$PYTHON" tests/oracle/masks.py "$work/vit_small.csv" "$work/vit_small.masks"
check "a transformer of texts" "$BBSBENCH" density --net bert_sst2 --samples 12 --out "$work/bert_sst2.csv"
check "a row for each layer, and a total" sh -c "[ \$(grep -c '^resnet34,compact,' $work/resnet34.csv) -eq 38 ] && tail -n 1 $work/resnet34.csv | grep -q '^resnet34,compact,total,'"
check "one worker and three give the same bytes" sh -c "for jobs in 1 3; do '$BBSBENCH' density $small --samples 12 --jobs \$jobs --masks $work/m\$jobs --out $work/d\$jobs || exit 1; done; cmp $work/d1 $work/d3 && cmp $work/m1 $work/m3"
check_fails 1 "masks of texts of different lengths" "$BBSBENCH" density --net bert_sst2 --samples 4 --masks "$work/x" --out "$work/y"
check "say why" grep -q 'masks need samples of one length' "$work/last_err"

# simulate takes the files.
total() { "$BBSBENCH" simulate $small --accelerator sparten --layer total --out "$work/o" "$@" >/dev/null && tail -n 1 "$work/o" | cut -d, -f5,31; }
check "a file of densities is labelled" sh -c "'$BBSBENCH' simulate $small --accelerator sparten --density $work/resnet34.csv --out $work/o && grep -q 'total,.*,measured,' $work/o"
check "each row has the density of its layer" "$PYTHON" - "$work/resnet34.csv" "$work/o" <<'END'
import csv, sys
measured, rows = ({row["layer"]: row for row in csv.DictReader(open(path))} for path in sys.argv[1:])
assert all(rows[name]["activation_density"] == row["input_density"] for name, row in measured.items()), rows
END
sed '1!s/,[0-9.]*,\([0-9.]*,12,\)/,0.3,\1/' "$work/resnet34.csv" >"$work/low.csv"
check "fewer activations take fewer cycles" sh -c "[ $(total --density "$work/low.csv" | cut -d, -f1) -lt $(total --density "$work/resnet34.csv" | cut -d, -f1) ]"
check "masks are replayed, and that is exact" sh -c "'$BBSBENCH' simulate $small --accelerator sparten --density $work/resnet34.csv --masks $work/resnet34.masks --out $work/o && grep -q 'total,.*,masks,0,' $work/o"
check "for any number of threads" sh -c "'$BBSBENCH' simulate $small --accelerator sparten --density $work/resnet34.csv --masks $work/resnet34.masks --jobs 3 --out $work/p && cmp $work/o $work/p"
grep -v ',layer2.0.conv1,\|,fc,' "$work/resnet34.csv" >"$work/holes.csv"
check_fails 1 "a file without two of the layers" "$BBSBENCH" simulate $small --accelerator sparten --density "$work/holes.csv" --out "$work/o"
check "names them" grep -q 'no layer2.0.conv1, fc,' "$work/last_err"
check_fails 1 "densities of another network" "$BBSBENCH" simulate $small --accelerator sparten --density "$work/vit_small.csv" --out "$work/o"
check_fails 1 "of another size" "$BBSBENCH" simulate --net resnet34 --accelerator sparten --density "$work/resnet34.csv" --out "$work/o"
sed 's/,12,/,12x,/' "$work/resnet34.csv" >"$work/bad.csv"
check_fails 1 "a damaged file" "$BBSBENCH" simulate $small --accelerator sparten --density "$work/bad.csv" --out "$work/o"
check_fails 3 "a file that is not there" "$BBSBENCH" simulate $small --density "$work/none.csv" --out "$work/o"
check_fails 1 "masks of another network" "$BBSBENCH" simulate $small --accelerator sparten --density "$work/resnet34.csv" --masks "$work/vit_small.masks" --out "$work/o"
check_fails 2 "masks without densities" "$BBSBENCH" simulate $small --masks "$work/resnet34.masks" --out "$work/o"
check_fails 2 "masks of a batch" "$BBSBENCH" simulate $small --batch 2 --density "$work/resnet34.csv" --masks "$work/resnet34.masks" --out "$work/o"
check_fails 2 "masks for two networks" "$BBSBENCH" simulate --net resnet34,resnet50 --size compact --density "$work/resnet34.csv" --masks "$work/resnet34.masks" --out "$work/o"
check_fails 2 "a density without weights" "$BBSBENCH" simulate $small --weights none --density "$work/resnet34.csv" --out "$work/o"
tap_done
