# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench simulate: its rows and summary, and what it refuses.
. tests/shell/tap.sh
golden=tests/data/model.resnet34.csv
out=$tap_folder/model.csv

check "three accelerators on ResNet-34" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,bitvert-cons,bitvert-mod --out "$out"
check "the header is that of the golden file" sh -c "head -n 1 $out | cmp - /dev/stdin <<END
$(head -n 1 $golden)
END"
check "cycles and bytes are those of the golden file" sh -c "cut -d, -f1-21 $out >$tap_folder/a; cut -d, -f1-21 $golden | cmp - $tap_folder/a"
check "the summary names what the ratios are against" sh -c "'$BBSBENCH' simulate --net resnet34 --out $out | grep -q 'against Stripes'"
check "one network has no geometric mean, two have" sh -c "'$BBSBENCH' simulate --net resnet34,resnet50 --out $out | grep -c '^geomean .*stripes .* 1.000 ' | grep -qx 1"
check "without Stripes there is no speedup" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --out $out | grep -q 'bitvert-mod .*  -  '"
check "all networks and accelerators" "$BBSBENCH" simulate --net all --accelerator all --out "$out"
check "the compact size" "$BBSBENCH" simulate --net resnet34 --size compact --out "$out"
check "rows name their size" sh -c "sed -n 2p $out | grep -q '^resnet34,compact,stripes,conv1,'"
check "the program finds its tables from another folder" sh -c "cd / && '$BBSBENCH' simulate --net resnet34 --out $out"
check "a pruned first layer stores less than 8 bits" sh -c "'$BBSBENCH' simulate --net resnet34 --first-layer prune --accelerator bitvert-mod --out $out && sed -n 2p $out | grep -q 'conv1,.*uniform-assumption,6,'"
check "twice gives the same bytes" sh -c "'$BBSBENCH' simulate --net all --out $tap_folder/a && '$BBSBENCH' simulate --net all --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"

check "an accelerator that needs weights is left out, and said so" sh -c "'$BBSBENCH' simulate --net resnet34 --out $out | grep -q '^resnet34 *bitlet *skipped' && ! grep -q ',bitlet,' $out"

rm -f "$out"
check "with nothing left to run there is no file and exit code 3" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitlet --out $out 2>$tap_folder/said; [ \$? -eq 3 ] && grep -q '^skipped: bitlet' $tap_folder/said && [ ! -e $out ]"
check_fails 2 "an unknown network" "$BBSBENCH" simulate --net resnet35 --out "$out"
check_fails 2 "an unknown accelerator" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,eyeriss --out "$out"
check_fails 2 "an accelerator twice" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,stripes --out "$out"
check_fails 2 "an empty name" "$BBSBENCH" simulate --net resnet34, --accelerator ,stripes --out "$out"
check_fails 2 "no network" "$BBSBENCH" simulate --out "$out"
check_fails 2 "no file to write" "$BBSBENCH" simulate --net resnet34
check_fails 2 "a size that the network has not" "$BBSBENCH" simulate --net vgg16 --size tiny --out "$out"
check_fails 2 "another first layer" "$BBSBENCH" simulate --net resnet34 --first-layer maybe --out "$out"
check_fails 1 "a folder that is not there" "$BBSBENCH" simulate --net resnet34 --out "$tap_folder/none/model.csv"
check_fails 1 "no room for the file" sh -c "ulimit -f 8; exec '$BBSBENCH' simulate --net resnet34 --out $out"
check_fails 1 "a folder that cannot be written, not even by root" "$BBSBENCH" simulate --net resnet34 --out /proc/model.csv
check "failures leave no file behind" sh -c "[ ! -e $out ] && [ ! -e $out.part ]"
tap_done
