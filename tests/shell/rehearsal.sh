# SPDX-License-Identifier: GPL-3.0-or-later
# The complete rehearsal of the full mode, `make rehearsal`: all seven networks of the paper at full size with random weights,
# served on loopback, every download cut once. 1.7 GB served and 1.7 GB fetched, in a temporary folder; minutes.
# REHEARSAL_OPTIONS are for the run, for example --data glue-sst2=FOLDER.
. tests/shell/tap.sh
. tests/shell/rehearse.sh
reason=$(rehearse_reason)
if [ -n "$reason" ]; then
    skip "the complete rehearsal" "$reason"
    tap_done
    exit
fi
nets="vgg16 resnet34 resnet50 vit_small vit_base bert_mrpc bert_sst2"
some="--only accuracy,table1,fig11,table2,table3 --method fp32 --method int8 --method bbs-mod --samples 20 --yes"
# shellcheck disable=SC2086
check "seven checkpoints, pictures and texts are made and served" rehearse_serve 24 $nets
run=$tap_folder/run
# shellcheck disable=SC2086
check "they are fetched and run" full $some ${REHEARSAL_OPTIONS:-} --out "$run"
sed 's/^/# /' "$tap_folder/out"
for net in $nets; do
    check "$net: its download was cut and went on" grep -qE "^/$net-cut[^ ]* bytes=[0-9]+-\$" "$requests"
    check "$net: three methods" [ "$(grep -c "^$net,full," "$run/accuracy.csv")" -eq 3 ]
done
check "MRPC has both F1" awk -F, '$1 == "bert_mrpc" && ($24 == "" || $25 == "") { bad = 1 } END { exit bad }' "$run/accuracy.csv"
check "the report" "$BBSBENCH" report "$run"
check "shows them" grep -qE '^\| bert_mrpc \(full\) \| glue-mrpc \| int8 .* \| [0-9.]+ / [0-9.]+ \|' "$run/report.md"
# The queries of claims ask whether a row is one.
check "calls nothing a stand-in" sh -c "! grep -v 'SELECT ' '$run/report.md' | grep -qi 'stand-in'"
check "all of Table I is measured" [ "$(grep -E '^\| C(3[0-9]|4[0-3]) .*\*\*(SUBSET|REPRODUCED|DEVIATES|WITHIN TREND)\*\*' "$run/report.md" | cut -d' ' -f2 | sort -u | wc -l)" -eq 14 ]
# shellcheck disable=SC2086
check "run again with --resume it has nothing to do" full $some ${REHEARSAL_OPTIONS:-} --resume --out "$run"
tap_done
