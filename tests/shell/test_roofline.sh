# SPDX-License-Identifier: GPL-3.0-or-later
# simulate --per-layer and --plot.
. tests/shell/tap.sh
small="simulate --size compact --net resnet34 --accelerator stripes,bitvert-mod"

check "a table of the layers, beside that of the totals" sh -c "'$BBSBENCH' $small --per-layer >$tap_folder/table && grep -q '^resnet34 *bitvert-mod ' $tap_folder/table && grep -q '^resnet34 *compact *bitvert-mod *conv1 ' $tap_folder/table"
check "has a line for each" sh -c "'$BBSBENCH' $small --out $tap_folder/rows.csv >$tap_folder/last && [ \$(grep -c '^resnet34 *compact ' $tap_folder/table) -eq \$(grep -vc ',total,\|^net,' $tap_folder/rows.csv) ]"
if command -v gnuplot >"$tap_folder/which"; then
    check "a roofline as SVG" sh -c "'$BBSBENCH' $small --plot $tap_folder/roof.svg && grep -q 'Roofline of ResNet' $tap_folder/roof.svg && tail -n 2 $tap_folder/roof.svg | grep -q '</svg>'"
    check "names a stand-in" grep -q 'compact STAND-IN' "$tap_folder/roof.svg"
    check "says N and the ridge, 512 multipliers over 16 bytes" sh -c "grep -q 'ridge in MACs per byte: Stripes 32, BitVert (mod) 32' $tap_folder/roof.svg && grep -q 'N = 74 points' $tap_folder/roof.svg"
    check "or as PNG, with a ridge at half the bandwidth" sh -c "'$BBSBENCH' $small --plot $tap_folder/roof.png && head -c 4 $tap_folder/roof.png | grep -q PNG && '$BBSBENCH' $small --set dram.gbytes_per_s=6.4 --plot $tap_folder/slow.svg && grep -q 'Stripes 64,' $tap_folder/slow.svg"
    check "nothing is left in the temporary folder" sh -c "mkdir $tap_folder/tmp && TMPDIR=$tap_folder/tmp '$BBSBENCH' $small --plot $tap_folder/roof.svg && rmdir $tap_folder/tmp"
    check "names that gnuplot takes for commands are names" sh -c "cd $tap_folder && '$BBSBENCH' $small --plot '!x.svg' && [ -s '!x.svg' ]"
else
    skip "a roofline" "gnuplot is not installed"
fi
check_fails 3 "without gnuplot" env PATH=/nowhere "$BBSBENCH" $small --plot "$tap_folder/none.svg"
check_fails 2 "another kind of picture" "$BBSBENCH" $small --plot "$tap_folder/roof.jpg"
check_fails 2 "a figure of several networks" "$BBSBENCH" simulate --net resnet34,resnet50 --plot "$tap_folder/roof.svg"
check_fails 2 "a figure of a sweep" "$BBSBENCH" $small --sweep bitvert.rows=16,32 --plot "$tap_folder/roof.svg"
check_fails 2 "an explanation and a figure" "$BBSBENCH" simulate --net resnet34 --accelerator stripes --explain conv1 --plot "$tap_folder/roof.svg"
check_fails 1 "a folder that is not there" "$BBSBENCH" $small --plot "$tap_folder/none/roof.svg"
tap_done
