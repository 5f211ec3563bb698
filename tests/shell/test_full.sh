# SPDX-License-Identifier: GPL-3.0-or-later
# The full mode on two networks of full size with random weights, served on loopback: fetched, cut, resumed, refused,
# measured, reported, killed and continued.
. tests/shell/tap.sh
. tests/shell/rehearse.sh
reason=$(rehearse_reason)
if [ -n "$reason" ]; then
    skip "a rehearsal of the full mode" "$reason"
    tap_done
    exit
fi
check "checkpoints, pictures and texts are made and served" rehearse_serve 12 resnet34 bert_sst2
same() { cmp "$1" "$2"; }
some="--only accuracy,table1,fig11 --method fp32 --method int8 --method bbs-mod"

# ===  Before anything starts  ===
check_fails 2 "nobody to ask, and no --yes" full --out "$tap_folder/none"
full --out "$tap_folder/none" </dev/null >"$tap_folder/plan" 2>/dev/null
check "says what comes, with its size" grep -qE '^bert_sst2-weights +bert_sst2 +433\.[0-9] MB +download' "$tap_folder/plan"
check "and the disk" grep -qE '^disk: 52[0-9]\.[0-9] MB to fetch and 0\.[0-9] MB to unpack, [0-9.]+ MB free at ' "$tap_folder/plan"
check "and that the time is not known yet" grep -q 'resnet34 *not known before its files are here' "$tap_folder/plan"
check "and who is not run" sh -c "[ \$(grep -c '^NOT RUN: ' '$tap_folder/plan') -eq 5 ] && grep -q '^NOT RUN: vit_base' '$tap_folder/plan'"
check "and fetches nothing" sh -c "! grep -q cut '$requests' 2>/dev/null && [ ! -e '$tap_folder/none' ]"
check_fails 3 "a network that was asked for and is nowhere" full --yes --net vgg16 --out "$tap_folder/none"
check_fails 2 "a network that nobody knows" full --yes --net alexnet --out "$tap_folder/none"
check_fails 2 "data of no network" full --yes --net resnet34 --data glue-sst2=/tmp --out "$tap_folder/none"
check_fails 2 "a method that nobody knows" full --yes --method magic --out "$tap_folder/none"
check_fails 2 "--skip-bad in a mode whose files ship" "$BBSBENCH" run --smoke --skip-bad --out "$tap_folder/none"
check_fails 2 "run_all.sh --skip-bad without --full" ./run_all.sh --skip-bad
check_fails 2 "--kernels in a mode whose rows have a baseline" "$BBSBENCH" run --smoke --kernels winograd --out "$tap_folder/none"
check_fails 2 "run_all.sh --kernels without --full" ./run_all.sh --kernels winograd

# ===  A wrong hash  ===
cp "$web/datasets.csv" "$tap_folder/right.csv"
sed -i "s/$(sha256sum "$web/val.txt" | cut -c 1-64)/$(sha256sum "$web/pictures.tar" | cut -c 1-64)/" "$web/datasets.csv"
check_fails 1 "a wrong hash is refused" full --yes --net resnet34 --out "$tap_folder/none"
check "with file and hashes" grep -q "val.txt.*SHA-256: found $(sha256sum "$web/val.txt" | cut -c 1-64)" "$tap_folder/last_err"
check "and nothing is run" [ ! -e "$tap_folder/none" ]
cp "$tap_folder/right.csv" "$web/datasets.csv"

# ===  The run  ===
whole=$tap_folder/whole
# shellcheck disable=SC2086
check "what is missing is fetched, and the run done" full $some --yes --samples 4 --out "$whole"
cp "$tap_folder/out" "$tap_folder/said"
check "a cut connection went on where it stopped" grep -qE '^/bert_sst2-cut.bin bytes=2[0-9]{8}-$' "$requests"
check "what was here is not fetched again" [ "$(grep -c '^/resnet34-cut.pth' "$requests")" -eq 2 ]
check "the pictures are unpacked beside their labels" sh -c "[ \$(ls '$cache/datasets/imagenet/ILSVRC2012_img_val' | wc -l) -eq 13 ]"
check "the time is measured on what there is" grep -qE '^  resnet34 +12 samples in [0-9.]+ s with .* 4 samples and 3 methods in about ' "$tap_folder/said"
check "six rows, of real weights" [ "$(awk -F, 'NR > 1 && $2 == "full" && $5 == 4 && $23 == 0' "$whole/accuracy.csv" | wc -l)" -eq 6 ]
check "with the profiles of the weights" sh -c "grep -q '^resnet34,.*,torchvision-v1,' '$whole/accuracy.csv' && grep -q '^bert_sst2,.*,wordpiece-cased,' '$whole/accuracy.csv'"
# The rule of bench/data/dataset.h on 12 pictures of 12 classes: no class is preferred, and any machine gets these.
check "the list of samples is the published one" [ "$(sed 1d "$whole/samples.resnet34.csv" | cut -d, -f1 | tr '\n' ' ')" = "2 3 6 11 " ]
check "and names them" grep -qE '^[0-9]+,[0-9]+,ILSVRC2012_val_000000[01][0-9].JPEG$' "$whole/samples.resnet34.csv"
check "the report" "$BBSBENCH" report "$whole"
check "has commands and limits of what has rows only" sh -c "grep -q 'The rows of .table1.csv. again' '$whole/report.md' &&
    ! grep -qE 'The rows of .(table[23]|fig16).csv. again|within the noise of single answers' '$whole/report.md'"
# The queries of claims ask whether a row is one.
check "calls nothing a stand-in" sh -c "! grep -v 'SELECT ' '$whole/report.md' | grep -qi 'stand-in'"
check "measures the claims about these networks" grep -qE '^\| C32 .*\*\*SUBSET\*\*' "$whole/report.md"
check "and says that the others are not run" sh -c "grep -qE '^\| C30 .*\*\*NOT RUN\*\*' '$whole/report.md' && grep -q 'NOT RUN: vgg16,' '$whole/report.md'"

# ===  Killed and continued  ===
killed=$tap_folder/killed some="$some --net resnet34"
# Not by full(): a function in the background is a shell, and the program would outlive the kill.
# shellcheck disable=SC2086
"$BBSBENCH" run --full $manifests $some --yes --samples 4 --out "$killed" >"$tap_folder/killed.log" 2>&1 &
child=$!
for _ in $(seq 300); do [ -e "$killed/predictions/resnet34.full.imagenet.int8.csv" ] || sleep 0.1; done
kill -9 $child
wait $child 2>/dev/null
check "the program itself was killed: nobody holds the folder" flock --nonblock "$killed/run.lock" true
check "a run that was killed has no rows yet" sh -c "[ -e '$killed/predictions/resnet34.full.imagenet.int8.csv' ] && [ ! -e '$killed/accuracy.csv' ]"
# shellcheck disable=SC2086
check_fails 1 "it does not go on with another number of samples" full $some --yes --samples 3 --resume --out "$killed"
# shellcheck disable=SC2086
check "it goes on with its own" full $some --yes --samples 4 --resume --out "$killed"
grep -E '^(net|resnet34),' "$whole/accuracy.csv" >"$tap_folder/expected.csv"
check "to the same rows" same "$tap_folder/expected.csv" "$killed/accuracy.csv"

# ===  Other kernels  ===
kernels=$tap_folder/kernels
check "Winograd's convolutions" full --net resnet34,bert_sst2 --method int8 --only accuracy --yes --samples 4 --kernels winograd --out "$kernels"
check "are named in the rows of the CNN alone" sh -c "grep -q '^resnet34,.*,winograd,' '$kernels/accuracy.csv' && grep -q '^bert_sst2,.*,fast,' '$kernels/accuracy.csv'"
check "and in run.json" grep -q '"kernels of CNNs":.*"winograd"' "$kernels/run.json"
check_fails 1 "a run does not go on with other kernels" full --net resnet34,bert_sst2 --method int8 --only accuracy --yes --samples 4 --kernels fast --resume --out "$kernels"
# shellcheck disable=SC2086
check "a plan takes them too" "$BBSBENCH" plan --full $manifests --net resnet34,bert_sst2 --method int8 --samples 4 --yes --kernels winograd --out "$tap_folder/plan.csv"
check "for the CNN alone" sh -c "grep 'net resnet34' '$tap_folder/plan.csv' | grep -q 'kernels winograd' && ! grep 'net bert_sst2' '$tap_folder/plan.csv' | grep -q winograd"
check_fails 2 "kernels that transformers do not have" full --yes --kernels stock --out "$tap_folder/none"

# ===  What cannot be read  ===
pictures=$cache/datasets/imagenet/ILSVRC2012_img_val
head -c 700 "$pictures/ILSVRC2012_val_00000003.JPEG" >"$tap_folder/half"
cp "$tap_folder/half" "$pictures/ILSVRC2012_val_00000003.JPEG"
one="--net resnet34 --size full --weights $cache/checkpoints/resnet34/resnet34-cut.pth --data $pictures --method fp32"
# shellcheck disable=SC2086
check_fails 1 "half a JPEG stops the work" "$BBSBENCH" accuracy $one --out "$tap_folder/rows.csv"
check "with its name" grep -q 'ILSVRC2012_val_00000003.JPEG' "$tap_folder/last_err"
check "or is left out" full --net resnet34 --method fp32 --only accuracy,fig11 --yes --skip-bad --out "$tap_folder/skipped"
check "and counted" grep -qE '^resnet34,full,imagenet,fp32,11,.*,1,ILSVRC2012_val_00000003.JPEG$' "$tap_folder/skipped/accuracy.csv"
check "which the report tells" sh -c "'$BBSBENCH' report '$tap_folder/skipped' && grep -q '1 samples could not be read' '$tap_folder/skipped/report.md'"
printf 'score\treview\ngreat\tgood soup\nno label\nother\tbad \377 byte\nodd\tlabel\nother\tbad soup\n' >"$tap_folder/bad.tsv"
short="--net bert_sst2 --size compact --data $tap_folder/bad.tsv --method fp32"
# shellcheck disable=SC2086
check_fails 1 "a damaged line stops the work" "$BBSBENCH" accuracy $short --out "$tap_folder/lines.csv"
check "with file and line" grep -qE 'bad.tsv: line [34]' "$tap_folder/last_err"
# shellcheck disable=SC2086
check "or is left out" "$BBSBENCH" accuracy $short --skip-bad --out "$tap_folder/lines.csv"
check "and counted with the others" grep -qE '^bert_sst2,compact,.*,fp32,2,.*,3,.*bad.tsv' "$tap_folder/lines.csv"
tap_done
