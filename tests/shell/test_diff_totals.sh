# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench diff of two configurations, and of two files of rows of simulate: totals and ratios first, then what differs.
. tests/shell/tap.sh
mine=$tap_folder/mine.ini
said=$tap_folder/said
cat >"$mine" <<END
[bitvert]
rows = 16
columns = 32
[stripes]
dram_gbytes_per_s = 6.4
[bitwave]
flip_columns.resnet34 = 4
[technology]
dram.access = 800 pJ/64 bit
[model]
oddities = no-metadata
END

"$BBSBENCH" diff paper "$mine" --net resnet34,resnet50 >"$said" 2>"$tap_folder/error"
check "two configurations that differ end with 1" sh -c "'$BBSBENCH' diff paper $mine --net resnet34 >$tap_folder/last; [ \$? -eq 1 ]"
cat >"$tap_folder/keys" <<END
bitvert-cons.columns: 16 → 32
bitvert-cons.rows: 32 → 16
bitvert-mod.columns: 16 → 32
bitvert-mod.rows: 32 → 16
bitwave.flip_columns.resnet34: 2 → 4
model.oddities: none → no-metadata
stripes.dram_gbytes_per_s: none → 6.400
technology.dram.access: 1000 pJ/64 bit → 800 pJ/64 bit
END
check "each key is told, and no other" sh -c "grep ' → ' $said | LC_ALL=C sort >$tap_folder/told; cmp $tap_folder/keys $tap_folder/told"
check "totals come before the keys" sh -c "[ \$(grep -n '^resnet50 *bitvert-mod' $said | cut -d: -f1) -lt \$(grep -n ' → ' $said | head -n 1 | cut -d: -f1) ]"
total() { # DESIGN OPTION...: cycles and energy of ResNet-34
    design=$1
    shift
    "$BBSBENCH" simulate --net resnet34 --weights none --accelerator "$design" --layer total --out - "$@" 2>/dev/null | awk -F, 'NR == 2 { printf "%d %.2f\n", $7, $27 / 1e6 }'
}
for design in stripes ant bitvert-mod; do
    check "totals of $design are those of simulate" sh -c "set -- $(total $design) $(total $design --config "$mine") && grep -q \"^resnet34 *$design *\$1 *\$3 .* \$2 *\$4 \" $said"
done
check "the mean of the ratios is over both networks" sh -c "awk '/^resnet.. *bitvert-mod/ { product *= \$5; } BEGIN { product = 1 } /^geomean *bitvert-mod/ { mean = \$3 } END { exit !(mean > 0 && (mean - sqrt(product)) ^ 2 < 2e-6) }' $said && grep -q '^geomean *bitvert-mod .* N = 2 networks' $said"
check "what was not run is said" grep -q '^NOT RUN, because their cycles depend on weights: pragmatic, bitlet, bitwave, sparten' "$said"
check "equal configurations end with 0" sh -c "'$BBSBENCH' diff paper paper --net resnet34 | grep -qx '0 keys differ'"
check "a dumped configuration is the one it is of" sh -c "'$BBSBENCH' simulate --config $mine --dump-config >$tap_folder/dump.ini && '$BBSBENCH' diff $mine $tap_folder/dump.ini --net resnet34 | grep -qx '0 keys differ'"
check_fails 2 "a network that there is not" "$BBSBENCH" diff paper "$mine" --net resnet35
check_fails 3 "a configuration that is not there" "$BBSBENCH" diff paper "$tap_folder/none.ini"

# Rows of simulate, whatever the files are called.
before=$tap_folder/before.csv after=$tap_folder/after.csv
"$BBSBENCH" simulate --net resnet34,resnet50 --weights none --accelerator stripes,bitvert-mod --out "$before" >/dev/null
"$BBSBENCH" simulate --net resnet34,resnet50 --weights none --accelerator stripes,bitvert-mod --set dram.gbytes_per_s=6.4 --out "$after" >/dev/null
check "rows that differ end with 1" sh -c "'$BBSBENCH' diff $before $after >$said 2>$tap_folder/error; [ \$? -eq 1 ]"
check "totals come first" sh -c "head -n 1 $said | grep -q '^network *accelerator *cycles before'"
check "and have the ratio of their cycles" sh -c "set -- $(total bitvert-mod) $(total bitvert-mod --set dram.gbytes_per_s=6.4) && grep -q \"^resnet34 *bitvert-mod *\$1 *\$3 *\$(awk \"BEGIN { printf \\\"%.3f\\\", \$1 / \$3 }\") \" $said"
check "then each row and column" grep -q '^regressed resnet34/full/stripes/conv1 dram_cycles: ' "$said"
check "the same rows end with 0" "$BBSBENCH" diff "$before" "$before"
tap_done
