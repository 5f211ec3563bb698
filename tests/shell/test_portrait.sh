# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench portrait: portraits of a checkpoint's layers, the comparison, and what it refuses.
. tests/shell/tap.sh
model=models/compact/resnet34.safetensors
out=$tap_folder/portraits.csv

check "portraits of the shipped network" "$BBSBENCH" portrait "$model" --source "a, \"quoted\" source" --out "$out"
check "a row a layer" sh -c "[ \$(wc -l <$out) -eq 38 ]"
check "the source is kept" grep -q '"a, ""quoted"" source"' "$out"
check "twice gives the same bytes" sh -c "'$BBSBENCH' portrait $model --source 'a, \"quoted\" source' --jobs 1 --out $tap_folder/again.csv && cmp $out $tap_folder/again.csv"
check "each layer beside one drawn after its portrait" sh -c "'$BBSBENCH' portrait $model --compare >$tap_folder/table && [ \$(grep -c '^layer[1-4]\\.' $tap_folder/table) -eq 35 ] && grep -q '^median over the layers' $tap_folder/table"
check "medians of zero bits, BBS and Pragmatic are within 3 %" sh -c "awk '/^median/ { for (i = 5; i <= 7; i++) if (\$i > 3) exit 1; found = 1 } END { exit !found }' $tap_folder/table"
check "the committed portraits can be read" sh -c "for file in models/profiles/*.csv; do '$BBSBENCH' portrait $model --compare --after \$file | grep -q '^90th percentile' || exit 1; done"
check "without --out a table" sh -c "'$BBSBENCH' portrait $model | head -n 2 | grep -q '^layer .* kh .* scale_0'"
check_fails 2 "no checkpoint" "$BBSBENCH" portrait --out "$out"
check_fails 3 "a checkpoint that is not there" "$BBSBENCH" portrait none.safetensors --compare
check_fails 1 "a file that is no checkpoint" "$BBSBENCH" portrait "$out" --compare
check_fails 3 "portraits that are not there" "$BBSBENCH" portrait "$model" --compare --after none.csv
sed '2s/,[^,]*$/,nan/' "$out" >"$tap_folder/bad.csv"
check_fails 1 "portraits with something that is no number" "$BBSBENCH" portrait "$model" --compare --after "$tap_folder/bad.csv"
head -n 1 "$out" >"$tap_folder/bad.csv"
check_fails 1 "portraits of no layer" "$BBSBENCH" portrait "$model" --compare --after "$tap_folder/bad.csv"
cut -d, -f1-40 "$out" >"$tap_folder/bad.csv"
check_fails 1 "portraits with columns missing" "$BBSBENCH" portrait "$model" --compare --after "$tap_folder/bad.csv"
check_fails 1 "a folder that is not there" "$BBSBENCH" portrait "$model" --out "$tap_folder/none/out.csv"
tap_done
