# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench simulate: its rows and summary, and what it refuses.
. tests/shell/tap.sh
golden=tests/data/model.resnet34.csv
out=$tap_folder/model.csv

check "three accelerators on ResNet-34" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,bitvert-cons,bitvert-mod --weights none --out "$out"
head -n 1 "$golden" >"$tap_folder/header"
check "the header is that of the golden file" sh -c "head -n 1 $out | cmp - $tap_folder/header"
check "cycles and bytes are those of the golden file" sh -c "cut -d, -f1-21 $out >$tap_folder/a; cut -d, -f1-21 $golden | cmp - $tap_folder/a"
check "the summary names what the ratios are against" sh -c "'$BBSBENCH' simulate --net resnet34 --weights none --out $out | grep -q 'relative to Stripes'"
check "one network has no geometric mean, two have" sh -c "'$BBSBENCH' simulate --net resnet34,resnet50 --weights none --out $out | grep -c '^geomean .*stripes .* 1.000 ' | grep -qx 1"
check "without Stripes there is no speedup" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --out $out | grep -q 'bitvert-mod .*  -  '"
check "all networks and accelerators" "$BBSBENCH" simulate --net all --accelerator all --weights none --out "$out"
check "the compact size, with the weights that ship" "$BBSBENCH" simulate --net resnet34 --size compact --out "$out"
check "rows name their size" sh -c "sed -n 2p $out | grep -q '^resnet34,compact,stripes,conv1,'"
check "the program finds its tables from another folder" sh -c "cd / && '$BBSBENCH' simulate --net resnet34 --accelerator stripes,bitvert-mod --out $out"
check "a pruned first layer stores less than 8 bits" sh -c "'$BBSBENCH' simulate --net resnet34 --first-layer prune --accelerator bitvert-mod --weights none --out $out && sed -n 2p $out | grep -q 'conv1,.*uniform-assumption,6,'"
check "twice gives the same bytes" sh -c "'$BBSBENCH' simulate --net all --weights none --out $tap_folder/a && '$BBSBENCH' simulate --net all --weights none --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"

check "an accelerator that needs weights is left out, and said so" sh -c "'$BBSBENCH' simulate --net resnet34 --weights none --out $out | grep -q '^resnet34 *bitlet *skipped' && ! grep -q ',bitlet,' $out"

# Weights: shipped, synthetic, a user's file; the columns behind energy_total_pj say which.
small="--size compact --net resnet34"
check "shipped weights are named" sh -c "'$BBSBENCH' simulate $small --accelerator bitvert-mod --out $out && tail -n 1 $out | grep -q ',weights,.*,resnet34.safetensors,,'"
check "the same file by its name gives the same rows" sh -c "'$BBSBENCH' simulate $small --out $tap_folder/a && '$BBSBENCH' simulate $small --weights models/compact/resnet34.safetensors --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"
# The registry, as the error of an unknown name lists it.
designs=$("$BBSBENCH" simulate --net resnet34 --accelerator none --out "$out" 2>&1 | sed 's/.*expected //' | tr ',' '\n' | grep -c .)
check "the paper's eight designs are there" test "$designs" -ge 8
check "all designs have rows" sh -c "[ \$(grep -c ',total,' $tap_folder/a) -eq $designs ]"
check "synthetic weights are named, and the same for 1, 2 and 3 threads" sh -c "for jobs in 1 2 3; do '$BBSBENCH' simulate $small --weights synthetic --jobs \$jobs --out $tap_folder/\$jobs || exit 1; done; cmp $tap_folder/1 $tap_folder/2 && cmp $tap_folder/1 $tap_folder/3 && grep -q 'total.*,synthetic:resnet50v2' $tap_folder/1"
check "synthetic and real weights differ" sh -c "cmp -s $tap_folder/1 $tap_folder/a; [ \$? -eq 1 ]"
check "a given density is labelled, and fewer activations take fewer cycles" sh -c "'$BBSBENCH' simulate $small --accelerator sparten --density 0.25 --out $tap_folder/c && grep -q ',0.25,given,' $tap_folder/c && [ \$(tail -n 1 $tap_folder/c | cut -d, -f5) -lt \$(grep ',sparten,total,' $tap_folder/a | cut -d, -f5) ]"
check "one layer alone, as among all" sh -c "'$BBSBENCH' simulate $small --layer layer2.0.conv1 --out $tap_folder/c && tail -n +2 $tap_folder/c >$tap_folder/d && grep ',layer2.0.conv1,' $tap_folder/a | cmp - $tap_folder/d"
check "a sweep has a row for each value, and the default's is the one without" sh -c "'$BBSBENCH' simulate $small --accelerator bitlet --layer conv1 --sweep rows=8,32 --out $tap_folder/c && [ \$(wc -l <$tap_folder/c) -eq 3 ] && [ \$(grep ',all.rows=32,' $tap_folder/c | cut -d, -f1-20) = \$(grep ',bitlet,conv1,' $tap_folder/a | cut -d, -f1-20) ]"
check "rows as JSON" sh -c "'$BBSBENCH' simulate $small --accelerator sparten --json $tap_folder/rows.json --out $out && '${PYTHON:-/usr/bin/python3}' -c 'import csv, json, sys; a = json.load(open(sys.argv[1])); b = list(csv.DictReader(open(sys.argv[2]))); assert len(a) == len(b) and list(a[0]) == list(b[0]) and all(str(x[\"cycles\"]) == y[\"cycles\"] for x, y in zip(a, b))' $tap_folder/rows.json $out"
check "tokens and batch are columns, and their effects multiply" sh -c "'$BBSBENCH' simulate --net bert_mrpc --size compact --accelerator stripes --layer total --tokens 64 --batch 4 --out $tap_folder/c && '$BBSBENCH' simulate --net bert_mrpc --size compact --accelerator stripes --layer total --tokens 256 --out $tap_folder/d &&
    tail -n 1 $tap_folder/c | grep -q ',4,64,[0-9]*,,,$' && tail -n 1 $tap_folder/d | grep -q ',1,256,[0-9]*,,,$' && [ \"\$(tail -n 1 $tap_folder/c | cut -d, -f5-30)\" = \"\$(tail -n 1 $tap_folder/d | cut -d, -f5-30)\" ]"
check "attention has two rows a block on every design" sh -c "'$BBSBENCH' simulate --net vit_small --size compact --attention --out $tap_folder/c && [ \$(grep -c 'attn.scores,' $tap_folder/c) -eq \$((12 * $designs)) ] && [ \$(grep -c 'attn.context,' $tap_folder/c) -eq \$((12 * $designs)) ]"
check "and is off by default" sh -c "'$BBSBENCH' simulate --net vit_small --size compact --out $tap_folder/d && ! grep -q 'attn.scores' $tap_folder/d"
check "another seed draws other weights, and the rows name it" sh -c "'$BBSBENCH' simulate $small --weights synthetic --accelerator bitlet --layer total --seed 2 --out $tap_folder/c && grep -q ' seed 2,' $tap_folder/c && [ \$(tail -n 1 $tap_folder/c | cut -d, -f5) -ne \$(grep ',bitlet,total,' $tap_folder/1 | cut -d, -f5) ]"
check "seed 1 is the default" sh -c "'$BBSBENCH' simulate $small --weights synthetic --seed 1 --out $tap_folder/c && cmp $tap_folder/c $tap_folder/1"
check_fails 2 "a seed without synthetic weights" "$BBSBENCH" simulate $small --weights none --seed 2 --out "$out"
check_fails 2 "tokens of a picture" "$BBSBENCH" simulate --net vit_small --tokens 64 --out "$out"
check_fails 2 "no tokens" "$BBSBENCH" simulate --net bert_mrpc --tokens 0 --out "$out"
check_fails 2 "a batch of nothing" "$BBSBENCH" simulate $small --batch 0 --out "$out"
check_fails 2 "a file of weights for two networks" "$BBSBENCH" simulate --net resnet34,resnet50 --weights x.safetensors --out "$out"
check_fails 2 "an empty list of networks" "$BBSBENCH" simulate --net "" --out "$out"
check_fails 2 "an empty list of accelerators" "$BBSBENCH" simulate --net resnet34 --accelerator "" --out "$out"
check_fails 2 "an accelerator twice" "$BBSBENCH" simulate --net resnet34 --accelerator ant,ant --out "$out"
check_fails 2 "a misspelt accelerator" "$BBSBENCH" simulate --net resnet34 --accelerator bitvert-mdo --out "$out"
check "is guessed" grep -q 'did you mean bitvert-mod?$' "$tap_folder/last_err"
check_fails 3 "a file of weights that is not there" "$BBSBENCH" simulate --net resnet34 --weights none.safetensors --out "$out"
check_fails 2 "a layer that is not there" "$BBSBENCH" simulate $small --layer layer9 --out "$out"
check_fails 2 "a density above one" "$BBSBENCH" simulate $small --density 1.5 --out "$out"
check_fails 2 "a sweep of an unknown setting" "$BBSBENCH" simulate $small --sweep wheels=4 --out "$out"
check_fails 2 "a sweep that would also change the reference" "$BBSBENCH" simulate $small --sweep rows=8,16 --out "$out"
check "says how to sweep one design, or all" grep -q 'expected DESIGN.rows, or all.rows' "$tap_folder/last_err"
check "a sweep of one design says where its multipliers differ" sh -c "'$BBSBENCH' simulate $small --accelerator stripes,bitvert-mod --sweep bitvert.rows=16,32 --out $out >$tap_folder/table && [ \$(grep -c '256 multipliers against 512' $tap_folder/table) -eq 1 ] && [ \$(grep -c ',stripes,total,' $out) -eq 2 ]"
check "a sweep has the units of --set" sh -c "'$BBSBENCH' simulate $small --accelerator stripes --layer total --sweep dram.gbytes_per_s=6.4,12.8 --out $tap_folder/c && '$BBSBENCH' simulate $small --accelerator stripes --layer total --set dram.gbytes_per_s=6.4 --out $tap_folder/d && [ \$(sed -n 2p $tap_folder/c | cut -d, -f1-8) = \$(sed -n 2p $tap_folder/d | cut -d, -f1-8) ]"
check_fails 2 "a sweep of a design that was not chosen" "$BBSBENCH" simulate $small --accelerator stripes --sweep ant.rows=8 --out "$out"
grid="simulate $small,resnet50 --accelerator stripes,bitvert-mod --weights none --sweep bitvert.rows=16,32 --sweep dram.gbytes_per_s=6.4,12.8,25.6"
check "two sweeps make a grid, and the number of its points is told before" sh -c "'$BBSBENCH' $grid --layer total --out $out >$tap_folder/table 2>$tap_folder/said && grep -qx '6 points (2 x 3) x 2 designs x 2 networks = 24 runs' $tap_folder/said && [ \$(wc -l <$out) -eq 25 ]"
check "each point has its geometric means" sh -c "[ \$(grep -c '^geomean  ' $tap_folder/table) -eq 12 ] && [ \$(grep '^geomean *stripes' $tap_folder/table | grep -c ' 1.000 .* 1.000') -eq 6 ]"
check "which are those of its rows" sh -c "awk -F, '\$28 == \"bitvert.rows=32 dram.gbytes_per_s=25.6\" { cycles[\$1 \$3] = \$7 } END { printf \"%.3f\\n\", sqrt(cycles[\"resnet34stripes\"] / cycles[\"resnet34bitvert-mod\"] * cycles[\"resnet50stripes\"] / cycles[\"resnet50bitvert-mod\"]) }' $out >$tap_folder/mean && grep -q \"^geomean *bitvert-mod *bitvert.rows=32 dram.gbytes_per_s=25.6 *\$(cat $tap_folder/mean) \" $tap_folder/table"
check "ratios to the first point of the same design" sh -c "'$BBSBENCH' $grid --base first --out $out >$tap_folder/table && grep -q 'relative to the same design at bitvert.rows=16 dram.gbytes_per_s=6.4' $tap_folder/table && [ \$(grep -c 'bitvert.rows=16 dram.gbytes_per_s=6.4 .* 1.000 .* 1.000' $tap_folder/table) -eq 6 ]"
check "or to another design" sh -c "'$BBSBENCH' $grid --base bitvert-mod --out $out | grep -c '^geomean *bitvert-mod .* 1.000 .* 1.000' | grep -qx 6"
check_fails 2 "a base that does not run" "$BBSBENCH" simulate $small --accelerator stripes --base ant --out "$out"
check_fails 2 "a key swept twice" "$BBSBENCH" simulate $small --sweep ant.rows=8 --sweep ant.rows=16 --out "$out"
many=$(seq -s, 1 40)
check_fails 2 "a grid of too many points" "$BBSBENCH" simulate $small --sweep "ant.rows=$many" --sweep "ant.columns=$many" --out "$out"
check "says how many" grep -q 'found a grid of 1600 points, expected at most 1024' "$tap_folder/last_err"
check_fails 2 "more weights than lanes" "$BBSBENCH" simulate $small --accelerator stripes --set stripes.group=64 --out "$out"
check "names both keys" grep -q -- '--set stripes.lanes=N --set stripes.group=N' "$tap_folder/last_err"
check_fails 2 "more weights than twice the lanes" "$BBSBENCH" simulate $small --accelerator bitvert-mod --sweep bitvert.group=32 --out "$out"
check_fails 2 "another array that BitWave cannot cut" "$BBSBENCH" simulate $small --accelerator bitwave --sweep bitwave.rows=16,32 --out "$out"
check_fails 2 "a sweep without values" "$BBSBENCH" simulate $small --sweep rows --out "$out"
check_fails 2 "a sweep to no banks" "$BBSBENCH" simulate $small --sweep weight_banks=0 --out "$out"
check_fails 2 "a sweep of a key that none of the designs has" "$BBSBENCH" simulate $small --accelerator stripes --sweep low_bits=4 --out "$out"
check_fails 2 "a key of another design" "$BBSBENCH" simulate $small --set stripes.low_bits=4 --out "$out"
check "the help names the keys of single designs" sh -c "'$BBSBENCH' simulate --help | grep -q 'bitvert.low_bits .* 1 to 8: '"
check "one network takes its own value of a key" sh -c "'$BBSBENCH' simulate --size compact --net resnet34,resnet50 --accelerator bitwave --layer total --set bitwave.flip_columns.resnet34=5 --out $tap_folder/c && '$BBSBENCH' simulate --size compact --net resnet34,resnet50 --accelerator bitwave --layer total --out $tap_folder/d && [ \$(sed -n 2p $tap_folder/c | cut -d, -f5) -lt \$(sed -n 2p $tap_folder/d | cut -d, -f5) ] && [ \$(sed -n 3p $tap_folder/c | cut -d, -f1-20) = \$(sed -n 3p $tap_folder/d | cut -d, -f1-20) ]"
check_fails 2 "a sweep to zero rows" "$BBSBENCH" simulate $small --sweep rows=0 --out "$out"

check "Stripes takes a cycle a bit, except in the first layer" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator stripes --weights none --set stripes.weight_bits=6 --out $tap_folder/c &&
    awk -F, 'NR == FNR { if (\$3 == \"stripes\") full[\$4] = \$5; next } \$4 != \"total\" && FNR > 1 { n++; bad += \$4 == \"conv1\" ? \$5 != full[\$4] : 8 * \$5 != 6 * full[\$4] } END { exit n != 37 || bad }' $golden $tap_folder/c"

# A network of the user's own.
layers=$tap_folder/mine.csv
columns=name,kind,k,c,kh,kw,stride,pad,in_h,in_w,tokens
own() { printf '%s\n' "$columns" "$@" >"$layers"; }
own stem,conv,32,3,3,3,1,1,32,32,1 body,conv,64,32,3,5,1,1,32,32,1 head,linear,10,64,1,1,1,0,1,1,1
check "layers of the user's own on all designs" sh -c "'$BBSBENCH' simulate --layers $layers --out $out && [ \$(grep -c ',total,' $out) -eq $designs ] && grep -q '^mine,user,stripes,body,' $out"
check_fails 2 "another number of tokens than the table states" "$BBSBENCH" simulate --layers "$layers" --tokens 64 --out "$out"
hostile() { # what is wrong, what the error names, lines
    wrong=$1 named=$2
    shift 2
    own "$@"
    check "refused, by file, line and column: $wrong" sh -c "'$BBSBENCH' simulate --layers $layers --out $out 2>$tap_folder/said; [ \$? -eq 1 ] && grep -q 'mine.csv.*$named' $tap_folder/said"
}
hostile "no layer" "0 layers"
hostile "a row too short" "line 2" stem,conv,32
hostile "a word for a number" "line 3, column k" a,linear,8,8,1,1,1,0,1,1,4 b,linear,eight,8,1,1,1,0,1,1,4
hostile "a size of zero" "line 2, column c" a,linear,8,0,1,1,1,0,1,1,4
hostile "a negative size" "line 2, column tokens" a,linear,8,8,1,1,1,0,1,1,-4
hostile "a number beyond 64 bits" "line 2, column k" a,linear,99999999999999999999,8,1,1,1,0,1,1,4
hostile "another kind" "line 2, column kind" a,pool,8,8,2,2,2,0,8,8,1
hostile "a name twice" "line 3, column name" a,linear,8,8,1,1,1,0,1,1,4 a,linear,8,8,1,1,1,0,1,1,4
hostile "no name" "line 2, column name" ,linear,8,8,1,1,1,0,1,1,4
hostile "the name of the sums" "line 2, column name" total,linear,8,8,1,1,1,0,1,1,4
hostile "a kernel beyond its plane" "line 2, column kw" a,conv,8,8,3,9,1,0,4,4,1
hostile "a matrix with a kernel" "line 2, column kh" a,linear,8,8,3,1,1,0,1,1,4
hostile "more weights than can be" "line 2, column k" a,linear,1048576,1048576,1,1,1,0,1,1,4
hostile "an empty cell" "line 2, column pad: found an empty cell" a,conv,8,8,3,3,1,,4,4,1
columns=$columns,groups
hostile "groups that do not divide" "line 2, column groups: found 3, expected a divisor" a,conv,8,8,3,3,1,1,4,4,1,3
hostile "groups of a matrix" "line 2, column groups" a,linear,8,8,1,1,1,0,1,1,4,2
own stem,conv,32,3,3,3,1,1,32,32,1,1 deep,conv,32,32,3,3,1,1,32,32,1,32 head,linear,10,32,1,1,1,0,1,1,1,1
check "a depthwise convolution is one row that names its groups" sh -c "'$BBSBENCH' simulate --layers $layers --accelerator stripes --out $out && [ \$(grep -c ',deep,.*,32,,$' $out) -eq 1 ] && [ \$(wc -l <$out) -eq 5 ]"
check "its channels run one at a time: 32 x 32 lines x 2 steps x 8 cycles" grep -q ',stripes,deep,16384,' "$out"
check "it reads what the layer before left on the chip" sh -c "[ \$(grep ',deep,' $out | cut -d, -f15) -eq 0 ]"
check "all designs run MobileNetV2" sh -c "'$BBSBENCH' simulate --net mobilenet_v2 --weights synthetic --jobs 2 --out $out && [ \$(grep -c ',total,' $out) -eq 8 ]"
check "which has 3.47 million weights and 300.8 million multiplications" grep -q ',stripes,total,.*,300774272,3469760,' "$out"
check "its depthwise layers keep 8 bits in ANT and BitVert" sh -c "[ \$(grep -E ',(ant|bitvert-cons|bitvert-mod),features.2.conv.1.0,' $out | cut -d, -f13 | grep -cx 8) -eq 3 ]"
check "their neighbours do not" sh -c "[ \$(grep -E ',(ant|bitvert-mod),features.14.conv.2,' $out | cut -d, -f13 | grep -cx 8) -eq 0 ]"
check "the example of the documents runs" "$BBSBENCH" simulate --layers docs/examples/mobilenet.layers.csv --accelerator stripes --out "$out"
printf '\357\273\277%s\na,linear,8,8,1,1,1,0,1,1,4,1\n' "$columns" >"$layers"
check_fails 1 "a byte order mark" "$BBSBENCH" simulate --layers "$layers" --out "$out"
check "is named" grep -q 'line 1: found a byte order mark' "$tap_folder/last_err"
own a,linear,8,8,1,1,1,0,1,1,4,1 && tr , ';' <"$layers" >"$layers.semicolons"
check_fails 1 "semicolons" "$BBSBENCH" simulate --layers "$layers.semicolons" --out "$out"
check "are named" grep -q 'found columns separated by ;' "$tap_folder/last_err"
check_fails 3 "layers that are not there" "$BBSBENCH" simulate --layers "$tap_folder/none.csv" --out "$out"
check_fails 2 "layers and a network" "$BBSBENCH" simulate --layers "$layers" --net resnet34 --out "$out"

# ===  Configurations  ===
check "defaults are the profile paper" sh -c "'$BBSBENCH' simulate --net resnet34 --out $tap_folder/a && '$BBSBENCH' simulate --net resnet34 --config paper --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"
sensitive() { # OPTION...: sensitive channels of a layer of 64 under synthetic weights
    "$BBSBENCH" simulate --net resnet34 --accelerator bitvert-mod --weights synthetic --layer layer1.0.conv1 --out "$out" "$@" >/dev/null &&
        tail -n 1 "$out" | cut -d, -f10
}
check "channels are kept in units of 32" sh -c "[ $(sensitive) -eq 32 ]"
check "or one by one, with the simulator's oddity" sh -c "n=$(sensitive --oddity fractional-channels); [ \$n -gt 0 ] && [ \$n -lt 32 ]"
check "rows name profile, settings and oddities" sh -c "'$BBSBENCH' simulate --net resnet34 --config bitsim --set dram.gbytes_per_s=25.6 --oddity no-metadata --out $out && tail -n 1 $out | grep -q 'bitsim,\"bitsim, dram.gbytes_per_s=25.6, oddity no-metadata\"'"
check "a smaller array with its reason is slower" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --set bitvert.rows=16 --set 'bitvert.unequal=half of it' --out $out &&
    [ \$(tail -n 1 $out | cut -d, -f5) -gt \$(tail -n 1 $golden | cut -d, -f5) ]"
check "faster DRAM takes fewer cycles" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --set dram.gbytes_per_s=25.6 --out $out &&
    [ \$(tail -n 1 $out | cut -d, -f6) -lt \$(tail -n 1 $golden | cut -d, -f6) ]"
check "Table V has no SparTen and no ANT" sh -c "'$BBSBENCH' simulate --net resnet34 --energy table5 --out $out | grep -q '^Not in table5: sparten, ant' && ! grep -q ',ant,' $out && grep -q ',table5,paper' $out"
check "unless tables are mixed, and that is said" sh -c "'$BBSBENCH' simulate --net resnet34 --energy table5 --mixed --out $out && grep ',ant,total,' $out | grep -q ',bitsim,paper' && grep ',stripes,total,' $out | grep -q ',table5,paper'"
printf '# mine\n[bitvert-mod]\nlow_bits = 3\nmeta_bits = few\n' >"$tap_folder/mine.ini"
check_fails 2 "a bad line of a file" "$BBSBENCH" simulate --net resnet34 --config "$tap_folder/mine.ini" --out "$out"
check "is told by file, line, key, found and expected" sh -c "'$BBSBENCH' simulate --net resnet34 --config $tap_folder/mine.ini --out $out 2>&1 | grep -q 'mine.ini: line 4: meta_bits: found few, expected 0 to 1024'"
check_fails 2 "unequal multipliers without a reason" "$BBSBENCH" simulate --net resnet34 --set bitvert.rows=16 --out "$out"
printf '[bitvert]\ngroup = 16\nrows = 16\n' >"$tap_folder/mine.ini"
check "or in a file, by file, line and key" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitvert-mod --config $tap_folder/mine.ini --weights none --out $out 2>&1 | grep -q 'mine.ini: line 3: rows: bitvert-mod: rows x .*found 256, expected 512 8-bit multipliers'"
check_fails 2 "a setting that is none" "$BBSBENCH" simulate --net resnet34 --set rows=16 --out "$out"
check_fails 3 "a profile that is not there" "$BBSBENCH" simulate --net resnet34 --config none --out "$out"
totals() { "$BBSBENCH" simulate --net resnet34 --weights none --layer total --out - "$@" 2>"$tap_folder/said" | cut -d, -f1-37; }
check "a method is the keys that it means" test "$(totals --accelerator bitvert-mod --method zps:columns=3:beta=0.1)" = "$(totals --accelerator bitvert-mod --set bitvert-mod.low_bits=5 --set bitvert-mod.beta_percent=10)"
check "a preset is the design's own pruning" test "$(totals --accelerator bitvert-mod --method bbs-mod)" = "$(totals --accelerator bitvert-mod)"
check "two methods on two designs, one of them with an array of one's own" sh -c "printf '[bitvert-cons]\nrows = 16\ncolumns = 32\n' >$tap_folder/own.ini && '$BBSBENCH' simulate --net resnet34 --weights none --accelerator bitvert-cons,bitvert-mod --config $tap_folder/own.ini --method ra:columns=3 --method zps:columns=5 --layer total --out $out && [ \$(cut -d, -f13 $out | tail -n 2 | tr '\n' ' ' | awk '{ print (\$1 > 5 && \$1 < 6) + (\$2 > 3 && \$2 < 4.5) }') -eq 2 ] && tail -n 1 $out | grep -q 'own.ini, method ra:columns=3, method zps:columns=5'"
check_fails 2 "a method that none of the designs runs" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,bitvert-mod --method ra
check "says who runs which" grep -q 'expected .*bitvert-cons (ra), bitvert-mod (zps)' "$tap_folder/last_err"
check_fails 2 "a parameter without a key" "$BBSBENCH" simulate --net resnet34 --method zps:columns=4:constant=5
check_fails 2 "a share between two thousandths" "$BBSBENCH" simulate --net resnet34 --method zps:columns=4:beta=0.12345
check_fails 2 "an unknown method" "$BBSBENCH" simulate --net resnet34 --method zpz
check "the refusal names both ways out" sh -c "'$BBSBENCH' simulate --net resnet34 --set bitvert.rows=16 --out $out 2>&1 | grep -q 'keep the number: --set bitvert.columns=32; or give the reason for another number: --set bitvert.unequal=REASON'"
example=$(sed -n "s|^ *build/bbsbench \\(simulate .*bitvert.rows=16.*\\) --out model.csv.*|\\1|p" README.md)
check "the example of the README runs" sh -c "[ -n '$example' ] && '$BBSBENCH' $example --out $out"
check "the first works" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,bitvert-mod --weights none --set bitvert.rows=16 --set bitvert.columns=32 --out "$out"
check "and the second" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,bitvert-mod --weights none --set bitvert.rows=16 --set "bitvert.unequal=half of it" --out "$out"

# What is in force, as a file. All that can differ differs: keys of designs, of one network, DRAM, oddities, constants.
printf 'name,value,unit,source\nclock.period,1,ns,1 GHz\ndram.access,800.1,pJ/64 bit,mine\n' >"$tap_folder/mine.tech.csv"
force="--set bitvert.rows=16 --set bitvert.columns=32 --set dram.gbytes_per_s=6.401 --set bitwave.flip_columns.resnet34=4 --oddity no-metadata,fractions --technology $tap_folder/mine.tech.csv"
check "what is in force is printed as a file" sh -c "'$BBSBENCH' simulate $force --dump-config >$tap_folder/force.ini"
check "which gives the same rows" sh -c "'$BBSBENCH' simulate $small $force --out $tap_folder/a && '$BBSBENCH' simulate $small --config $tap_folder/force.ini --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"
check "also from standard input" sh -c "'$BBSBENCH' simulate $small --config - --out $tap_folder/b <$tap_folder/force.ini && cmp $tap_folder/a $tap_folder/b"
check "and itself again" sh -c "'$BBSBENCH' simulate --config $tap_folder/force.ini --dump-config | cmp - $tap_folder/force.ini"
check "rows name the constants that changed" grep -q 'oddity no-metadata,fractions, technology .*mine.tech.csv: clock.period=1 dram.access=800.1' "$tap_folder/a"
check "a changed file gives the rows its own name" sh -c "sed 's/^dram.access = .*/dram.access = 700 pJ\/64 bit/' $tap_folder/force.ini >$tap_folder/other.ini && '$BBSBENCH' simulate $small --config $tap_folder/other.ini --layer total --out $out && tail -n 1 $out | grep -q ',bitsim,$tap_folder/other.ini,'"
check "a constant that is half halves its energy" sh -c "printf 'name,value,unit,source\\ndram.access,500,pJ/64 bit,assumed\\n' >$tap_folder/half.csv && '$BBSBENCH' simulate $small --accelerator stripes --layer total --out $tap_folder/a && '$BBSBENCH' simulate $small --accelerator stripes --layer total --technology $tap_folder/half.csv --out $tap_folder/b && awk -F, 'FNR == 2 { e[++n] = \$26; c[n] = \$7 } END { exit !(e[1] == 2 * e[2] && c[1] == c[2]) }' $tap_folder/a $tap_folder/b"
printf 'name,value,unit,source\ndram.access,500,pJ,assumed\n' >"$tap_folder/wrong.csv"
check_fails 2 "a constant in another unit" "$BBSBENCH" simulate --net resnet34 --technology "$tap_folder/wrong.csv" --out "$out"
check "is told by file, line, name and unit" grep -q 'wrong.csv: line 2: dram.access: found the unit pJ, expected pJ/64 bit' "$tap_folder/last_err"
check_fails 3 "constants that are not there" "$BBSBENCH" simulate --net resnet34 --technology "$tap_folder/none.csv" --out "$out"
check "the table itself may be given" sh -c "'$BBSBENCH' simulate $small --accelerator stripes --technology bench/accel/technology.csv --out $out && tail -n 1 $out | grep -q 'technology.csv: nothing changed'"
odd="--net resnet34 --accelerator bitvert-mod,stripes --weights none --config bitsim"
check "all oddities by one word" sh -c "'$BBSBENCH' simulate $odd --oddity all --out $out && tail -n 1 $out | grep -q 'bitsim,\"bitsim, oddity all\"'"
check "a list of oddities is each of them" sh -c "'$BBSBENCH' simulate $odd --oddity fractions,last-output --out $tap_folder/a && '$BBSBENCH' simulate $odd --oddity fractions --oddity last-output --out $tap_folder/b && cut -d, -f1-35 $tap_folder/a >$tap_folder/c && cut -d, -f1-35 $tap_folder/b | cmp - $tap_folder/c && ! cut -d, -f1-35 $out | cmp -s - $tap_folder/c"
check "all are the same for 1 and 3 threads" sh -c "'$BBSBENCH' simulate $small --oddity all --jobs 1 --out $tap_folder/a && '$BBSBENCH' simulate $small --oddity all --jobs 3 --out $tap_folder/b && cmp $tap_folder/a $tap_folder/b"
check_fails 2 "an unknown oddity" "$BBSBENCH" simulate --net resnet34 --oddity odd --out "$out"
check_fails 2 "an unknown energy table" "$BBSBENCH" simulate --net resnet34 --energy table6 --out "$out"
check_fails 2 "designs of which the table has none" "$BBSBENCH" simulate --net resnet34 --accelerator ant --energy table5 --out "$out"
check "each oddity is in the help" sh -c "
    for name in \$('$BBSBENCH' simulate --net resnet34 --oddity odd --out $out 2>&1 | sed 's/.*expected //; s/,//g'); do
        '$BBSBENCH' simulate --help | grep -q \"^  \$name \" || { echo \$name; exit 1; }; done"

rm -f "$out"
check "with nothing left to run there is no file and exit code 3" sh -c "'$BBSBENCH' simulate --net resnet34 --accelerator bitlet --weights none --out $out 2>$tap_folder/said; [ \$? -eq 3 ] && grep -q '^skipped: bitlet' $tap_folder/said && [ ! -e $out ]"
check_fails 2 "an unknown network" "$BBSBENCH" simulate --net resnet35 --out "$out"
check_fails 2 "an unknown accelerator" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,eyeriss --out "$out"
check_fails 2 "an accelerator twice" "$BBSBENCH" simulate --net resnet34 --accelerator stripes,stripes --out "$out"
check_fails 2 "an empty name" "$BBSBENCH" simulate --net resnet34, --accelerator ,stripes --out "$out"
check_fails 2 "no network" "$BBSBENCH" simulate --out "$out"
check "without a file there is a table to read" sh -c "'$BBSBENCH' simulate $small --accelerator stripes | grep -q '^resnet34 *stripes '"
check "or the rows in another format" sh -c "'$BBSBENCH' simulate $small --accelerator stripes --format jsonl 2>$tap_folder/said | sed -n 1p | grep -q '^{\"net\": \"resnet34\", .*\"layer\": \"conv1\"' && grep -q '^resnet34 *stripes ' $tap_folder/said"
check "or rows on standard output, the table on standard error" sh -c "'$BBSBENCH' simulate $small --accelerator stripes --out - 2>$tap_folder/said | sed -n 1p | grep -q '^net,size,accelerator,layer,' && grep -q '^resnet34 *stripes ' $tap_folder/said"
check_fails 2 "a size that the network has not" "$BBSBENCH" simulate --net vgg16 --size tiny --out "$out"
check_fails 2 "another first layer" "$BBSBENCH" simulate --net resnet34 --first-layer maybe --out "$out"
check_fails 1 "a folder that is not there" "$BBSBENCH" simulate --net resnet34 --out "$tap_folder/none/model.csv"
check_fails 1 "no room for the file" sh -c "ulimit -f 8; exec '$BBSBENCH' simulate --net resnet34 --weights none --out $out"
check_fails 1 "a folder that cannot be written, not even by root" "$BBSBENCH" simulate --net resnet34 --out /proc/model.csv
check "failures leave no file behind" sh -c "[ ! -e $out ] && [ ! -e $out.part ]"
tap_done
