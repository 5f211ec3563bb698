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

# ===  Configurations  ===
check "defaults are the profile paper" sh -c "'$BBSBENCH' simulate --net resnet34 --out $tap_folder/a && '$BBSBENCH' simulate --net resnet34 --profile paper --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"
check "rows name profile, settings and oddities" sh -c "'$BBSBENCH' simulate --net resnet34 --profile bitsim --set dram.gbytes_per_s=25.6 --oddity no-metadata --out $out && tail -n 1 $out | grep -q 'bitsim,\"bitsim, dram.gbytes_per_s=25.6, oddity no-metadata\"'"
check "a smaller array with its reason is slower" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --set bitvert.rows=16 --set 'bitvert.unequal=half of it' --out $out &&
    [ \$(tail -n 1 $out | cut -d, -f5) -gt \$(tail -n 1 $golden | cut -d, -f5) ]"
check "faster DRAM takes fewer cycles" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --set dram.gbytes_per_s=25.6 --out $out &&
    [ \$(tail -n 1 $out | cut -d, -f6) -lt \$(tail -n 1 $golden | cut -d, -f6) ]"
check "Table V has no SparTen and no ANT" sh -c "'$BBSBENCH' simulate --net resnet34 --energy table5 --out $out | grep -q '^Not in table5: sparten, ant' && ! grep -q ',ant,' $out && grep -q ',table5,paper' $out"
check "unless tables are mixed, and that is said" sh -c "'$BBSBENCH' simulate --net resnet34 --energy table5 --mixed --out $out && grep ',ant,total,' $out | grep -q ',bitsim,paper' && grep ',stripes,total,' $out | grep -q ',table5,paper'"
printf '# mine\n[bitvert-mod]\nlow_bits = 3\nmeta_bits = few\n' >"$tap_folder/mine.ini"
check_fails 2 "a bad line of a file" "$BBSBENCH" simulate --net resnet34 --profile "$tap_folder/mine.ini" --out "$out"
check "is told by file, line, key, found and expected" sh -c "'$BBSBENCH' simulate --net resnet34 --profile $tap_folder/mine.ini --out $out 2>&1 | grep -q 'mine.ini: line 4: meta_bits: found few, expected 0 to 1024'"
check_fails 2 "unequal multipliers without a reason" "$BBSBENCH" simulate --net resnet34 --set bitvert.rows=16 --out "$out"
check_fails 2 "a setting that is none" "$BBSBENCH" simulate --net resnet34 --set rows=16 --out "$out"
check_fails 3 "a profile that is not there" "$BBSBENCH" simulate --net resnet34 --profile none --out "$out"
check_fails 2 "an unknown oddity" "$BBSBENCH" simulate --net resnet34 --oddity odd --out "$out"
check_fails 2 "an unknown energy table" "$BBSBENCH" simulate --net resnet34 --energy table6 --out "$out"
check_fails 2 "designs of which the table has none" "$BBSBENCH" simulate --net resnet34 --accelerator ant --energy table5 --out "$out"
check "each oddity is in the help" sh -c "
    for name in \$('$BBSBENCH' simulate --net resnet34 --oddity odd --out $out 2>&1 | sed 's/.*expected //; s/,//g'); do
        '$BBSBENCH' simulate --help | grep -q \"^  \$name \" || { echo \$name; exit 1; }; done"

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
