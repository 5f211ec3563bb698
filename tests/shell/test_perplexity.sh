# SPDX-License-Identifier: GPL-3.0-or-later
# Language models from file to perplexity: a real small model of llama2.c against PyTorch, the order of methods, and errors.
. tests/shell/tap.sh
data=../shared/data/stories260k
python=${PYTHON:-/usr/bin/python3}

check_fails 2 "three files are needed" "$BBSBENCH" perplexity
check "all are named at once" grep -q 'weights.*tokenizer.*text' "$tap_folder/last_err"
check_fails 3 "weights that are not there" "$BBSBENCH" perplexity --weights none.bin --tokenizer none.bin --text none.txt
check_fails 1 "a network that is no language model" "$BBSBENCH" perplexity --weights models/compact/resnet34.safetensors --tokenizer README.md --text README.md
check "is told so" grep -q 'expected a language model' "$tap_folder/last_err"

check "a made model" "$python" tests/oracle/made_language.py "$tap_folder/tiny.bin" "$tap_folder/tiny.tok"
"$BBSBENCH" perplexity --weights "$tap_folder/tiny.bin" --tokenizer "$tap_folder/tiny.tok" --text README.md --tokens 640 --method fp32 --out "$tap_folder/tiny.csv" >/dev/null 2>&1
check "in 20 windows of its context is no better than chance among its 293 pieces" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { exit !($at["perplexity"] > 293 && $at["context"] == 32 && $at["tokens"] == 640 && $at["windows"] == 20) }' "$tap_folder/tiny.csv"
check_fails 1 "a tokenizer of another model" "$BBSBENCH" perplexity --weights "$tap_folder/tiny.bin" --tokenizer "$tap_folder/tiny.bin" --text README.md

if [ ! -d "$data" ]; then
    skip "the real model" "no folder $data"
    tap_done
    exit
fi
head -c 9000 "$data/tinystories_197kB.txt" >"$tap_folder/text"
printf 'caf\303\251 \360\237\230\200 <s>\n' >>"$tap_folder/text"
stories="--weights $data/stories260K.bin --tokenizer $data/tok512.bin --text $tap_folder/text --context 128"
check "the real model runs" sh -c "'$BBSBENCH' perplexity $stories --method fp32 --method int8 --method ra:columns=4:beta=0 --method zps:columns=4:beta=0 --method bitflip:columns=4:beta=0 --out $tap_folder/rows.csv >$tap_folder/table"
column() { # METHOD COLUMN
    awk -F, -v method="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["method"] == method { print $at[name] }' "$tap_folder/rows.csv"
}
check "every byte of the text is counted" [ "$(column int8 bytes)" -eq "$(wc -c <"$tap_folder/text")" ]
check "4 columns of 8 are pruned in each layer" [ "$(column zps:columns=4:beta=0 bits_per_weight)" = 4 ]
check "zero-point shifting loses least, then averaging, then bit-flip" sh -c "printf '%s\n' '$(column int8 nats)' '$(column zps:columns=4:beta=0 nats)' '$(column ra:columns=4:beta=0 nats)' '$(column bitflip:columns=4:beta=0 nats)' >$tap_folder/order && sort -g $tap_folder/order | cmp - $tap_folder/order && [ \$(sort -u $tap_folder/order | wc -l) -eq 4 ]"
check "int8 agrees with itself alone" [ -z "$(column int8 agree)" ]
check "the number of threads changes nothing" sh -c "'$BBSBENCH' perplexity $stories --method int8 --jobs 1 --out $tap_folder/one.csv && '$BBSBENCH' perplexity $stories --method int8 --jobs 2 --out $tap_folder/two.csv && cmp $tap_folder/one.csv $tap_folder/two.csv"
check "Darknet's own functions say the same" sh -c "'$BBSBENCH' perplexity $stories --method fp32 --kernels stock --format csv --out - 2>/dev/null | awk -F, -v want=$(column fp32 nats) 'NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i } NR == 2 { d = \$at[\"nats\"] - want; exit !(d < 1e-5 && d > -1e-5) }'"
head -c 100000 "$data/tok512.bin" | head -c 3000 >"$tap_folder/cut.bin"
check_fails 1 "a tokenizer that is cut" "$BBSBENCH" perplexity --weights "$data/stories260K.bin" --tokenizer "$tap_folder/cut.bin" --text "$tap_folder/text"
check "says the piece" grep -q 'cut.bin: piece [0-9]*: found the end of the file' "$tap_folder/last_err"

if "$python" -c 'import torch' 2>/dev/null; then
    check "PyTorch has as many tokens and the same perplexity" sh -c "$python tests/oracle/perplexity.py $data/stories260K.bin $data/tok512.bin $tap_folder/text 128 1000000 >$tap_folder/torch && [ \$(sed -n 1p $tap_folder/torch) -eq $(column fp32 tokens) ] && awk -v have=$(column fp32 perplexity) 'NR == 2 { d = have / \$1 - 1; exit !(d < 1e-5 && d > -1e-5) }' $tap_folder/torch"
else
    skip "PyTorch" "python3-torch is not installed"
fi
tap_done
