# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench simulate on language models: prompts, one token at a context, and what is refused.
. tests/shell/tap.sh
out=$tap_folder/rows.csv
small="simulate --net smollm_135m --weights none --accelerator stripes,bitvert-mod"
# The number in a column of a row: FILE DESIGN LAYER COLUMN.
value() { awk -F, -v design="$2" -v layer="$3" -v column="$4" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } $3 == design && $4 == layer { print $at }' "$1"; }

check "one token at a context" "$BBSBENCH" $small --phase decode --context 2048 --out "$out"
check "says so" grep -q '^Decode of 1 token at a context of 2048, head and embedding included; keys and values of 8 bits in memory' "$tap_folder/last_out"
check "the rows say it too" [ "$(value "$out" stripes total tokens),$(value "$out" stripes total context),$(value "$out" stripes total cache_bits)" = 1,2048,8 ]
check "keys and values of 2,048 tokens: 30 blocks, 3 heads of 64" [ "$(value "$out" stripes 'layers.*.self_attn.scores' dram_weight_bytes)" = $((30 * 3 * 64 * 2048)) ]
check "BitVert reads as many" [ "$(value "$out" bitvert-mod 'layers.*.self_attn.context' dram_weight_bytes)" = $((30 * 3 * 64 * 2048)) ]
check "eleven layers and a total for each design" [ "$(wc -l <"$out")" -eq $((2 * 12 + 1)) ]
check "decode is the default phase" sh -c "'$BBSBENCH' $small --context 2048 --out $tap_folder/same && cmp $tap_folder/same $out"
check "two bytes for each key and value" sh -c "'$BBSBENCH' $small --context 2048 --cache-bits 16 --out $tap_folder/wide"
check "are twice as many" [ "$(value "$tap_folder/wide" stripes 'layers.*.self_attn.scores' dram_weight_bytes)" = $((2 * 30 * 3 * 64 * 2048)) ]
check "sixteen sequences" "$BBSBENCH" $small --context 2048 --batch 16 --out "$tap_folder/many"
check "share their weights" [ "$(value "$tap_folder/many" stripes 'layers.*.mlp.up_proj' dram_weight_bytes)" = "$(value "$out" stripes 'layers.*.mlp.up_proj' dram_weight_bytes)" ]
check "and have keys of their own" [ "$(value "$tap_folder/many" stripes 'layers.*.self_attn.scores' dram_weight_bytes)" = $((16 * 30 * 3 * 64 * 2048)) ]
check "a prompt" "$BBSBENCH" $small --phase prefill --context 100 --out "$tap_folder/prompt"
check "runs all its tokens" [ "$(value "$tap_folder/prompt" stripes 'layers.*.mlp.up_proj' macs)" = $((100 * 30 * 576 * 1536)) ]
check "is the same by its tokens" sh -c "'$BBSBENCH' $small --tokens 100 --context 100 --out $tap_folder/same && cmp $tap_folder/same $tap_folder/prompt"
check "without a context there is no attention" sh -c "'$BBSBENCH' $small --out $tap_folder/bare && ! grep -q self_attn.scores $tap_folder/bare && grep -q ',lm_head,' $tap_folder/bare"
check "one layer of all equal blocks can be asked for" sh -c "'$BBSBENCH' $small --context 8 --layer 'layers.*.self_attn.scores' --out $tap_folder/one && [ \$(wc -l <$tap_folder/one) -eq 3 ]"
check "and explained" sh -c "'$BBSBENCH' simulate --net smollm_135m --weights none --accelerator stripes --context 64 --explain 'layers.*.self_attn.scores' | grep -q 'runs  *90 of these'"
check "so can the lookup, which multiplies nothing" sh -c "'$BBSBENCH' simulate --net smollm_135m --weights none --accelerator stripes --context 64 --explain embed_tokens | grep -q 'compute  *0 cycles'"
check "designs that look at bits draw one block; any number of threads" sh -c "for jobs in 1 3; do '$BBSBENCH' simulate --net smollm_135m --context 300 --jobs \$jobs --out $tap_folder/\$jobs || exit 1; done; cmp $tap_folder/1 $tap_folder/3"
check "every design has rows" [ "$(grep -c ',total,' "$tap_folder/1")" -eq 8 ]
check_fails 2 "commands that run networks do not offer it" "$BBSBENCH" accuracy --net llama3_8b
check "and say so" grep -q 'llama3_8b: found no such network' "$tap_folder/last_err"
# A checkpoint has all blocks, so every block is run with its own weights.
mkdir "$tap_folder/own" && cp tests/data/llama_tied.safetensors "$tap_folder/own/model.safetensors" && echo '{"num_attention_heads": 4}' >"$tap_folder/own/config.json"
check "a model with its weights" "$BBSBENCH" simulate --net auto --ignore-extra --weights "$tap_folder/own/model.safetensors" --phase decode --context 16 --out "$tap_folder/own.csv"
check "has rows for each block" sh -c "grep -q ',layers.0.self_attn.scores,' $tap_folder/own.csv && grep -q ',layers.1.mlp.up_proj,' $tap_folder/own.csv && ! grep -q 'layers.\*' $tap_folder/own.csv"
# A grid of what is run: as many runs of their own.
check "a sweep of contexts and batches" "$BBSBENCH" $small --phase decode --sweep context=128,2048 --sweep batch=1,16 --layer total --out "$tap_folder/grid"
check "has a row for each point and design" [ "$(wc -l <"$tap_folder/grid")" -eq 9 ]
"$BBSBENCH" $small --phase decode --context 2048 --batch 16 --layer total --out "$tap_folder/point" >"$tap_folder/last_out"
check "which is that of a run of its own, but for its setting" sh -c "sed -n '/context=2048 batch=16/{s/context=2048 batch=16//;p;}' $tap_folder/grid >$tap_folder/a; tail -n +2 $tap_folder/point | cmp - $tap_folder/a"
check "with bits of weights too" sh -c "'$BBSBENCH' simulate --net smollm_135m --accelerator bitlet,bitwave --layer total --sweep context=64,256 --out $tap_folder/grid && '$BBSBENCH' simulate --net smollm_135m --accelerator bitlet,bitwave --layer total --context 256 --out $tap_folder/point &&
    sed -n '/context=256/{s/context=256//;p;}' $tap_folder/grid >$tap_folder/a; tail -n +2 $tap_folder/point | cmp - $tap_folder/a"
check "prompts of several lengths" sh -c "'$BBSBENCH' $small --phase prefill --sweep context=50,100 --out $tap_folder/grid && tail -n 1 $tap_folder/grid | grep -q ',1,100,[0-9]*,,100,8$'"
check "beside settings of a design" sh -c "'$BBSBENCH' $small --sweep bitvert.rows=16,32 --sweep context=64,128 --layer total --out $tap_folder/grid && [ \$(wc -l <$tap_folder/grid) -eq 9 ]"
check "batches of any network" sh -c "'$BBSBENCH' simulate --net resnet34 --weights none --accelerator stripes --layer total --sweep batch=1,4 --out $tap_folder/grid && '$BBSBENCH' simulate --net resnet34 --weights none --accelerator stripes --layer total --batch 4 --out $tap_folder/point &&
    [ \"\$(tail -n 1 $tap_folder/grid | sed s/batch=4//)\" = \"\$(tail -n 1 $tap_folder/point)\" ]"
printf 'name,value,unit,source\ndram.access,500,pJ/64 bit,a test\nclock.period,2,ns,a test\n' >"$tap_folder/constants.csv"
check "constants" sh -c "'$BBSBENCH' simulate --net resnet34 --weights none --accelerator stripes,ant --layer total --sweep technology.clock.period=1.25,2 --sweep technology.dram.access=500,1000 --out $tap_folder/grid && '$BBSBENCH' simulate --net resnet34 --weights none --accelerator stripes,ant --layer total --technology $tap_folder/constants.csv --out $tap_folder/point"
check "as those of a file of one's own" sh -c "grep 'period=2 technology.dram.access=500' $tap_folder/grid | cut -d, -f1-27,36-37 >$tap_folder/a; tail -n +2 $tap_folder/point | cut -d, -f1-27,36-37 | cmp - $tap_folder/a"
check_fails 2 "a constant that is not there" "$BBSBENCH" $small --sweep technology.dram.acces=500
check "is guessed" grep -q 'did you mean dram.access' "$tap_folder/last_err"
check_fails 2 "a constant that cannot be" "$BBSBENCH" $small --sweep technology.dram.access=-5
check_fails 2 "a context and a sweep of it" "$BBSBENCH" $small --context 8 --sweep context=8,16
check_fails 2 "a sweep of no context" "$BBSBENCH" $small --sweep context=0,16
check_fails 2 "a swept context on a picture" "$BBSBENCH" simulate --net resnet34 --weights none --sweep context=8,16
check_fails 2 "a swept batch beside masks" "$BBSBENCH" simulate --net resnet34 --size compact --density d.csv --masks m --sweep batch=1,2

check_fails 2 "a context on a picture" "$BBSBENCH" simulate --net resnet34 --weights none --context 8
check "is named" grep -q -- '--context: resnet34: found no language model' "$tap_folder/last_err"
check_fails 2 "a phase without a context" "$BBSBENCH" $small --phase decode
check_fails 2 "a phase and tokens" "$BBSBENCH" $small --phase prefill --context 8 --tokens 8
check_fails 2 "a phase that is none" "$BBSBENCH" $small --phase prefil --context 8
check "is guessed" grep -q 'did you mean prefill' "$tap_folder/last_err"
check_fails 2 "more tokens than the context" "$BBSBENCH" $small --tokens 9 --context 8
check_fails 2 "no context" "$BBSBENCH" $small --context 0
check_fails 2 "too long a context" "$BBSBENCH" $small --context 1048577
check_fails 2 "a cache of no bits" "$BBSBENCH" $small --context 8 --cache-bits 0
tap_done
