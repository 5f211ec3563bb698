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

tiny="--weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok"
printf 'one\ntwo \377 three\n' >"$tap_folder/latin"
# shellcheck disable=SC2086 # words of a command line
{
    check_fails 1 "text that is not UTF-8" "$BBSBENCH" perplexity $tiny --text "$tap_folder/latin"
    check "says line and byte" grep -q 'latin: line 2, byte 9: found byte 0xff, expected text in UTF-8' "$tap_folder/last_err"
    : >"$tap_folder/empty"
    check_fails 1 "an empty text" "$BBSBENCH" perplexity $tiny --text "$tap_folder/empty"
    check "is told so" grep -q 'no token to predict' "$tap_folder/last_err"
    check_fails 2 "a stride longer than the context" "$BBSBENCH" perplexity $tiny --text README.md --stride 33
    check "names both" grep -q -e '--stride: found 33, expected 1 to 32' "$tap_folder/last_err"
    check_fails 2 "a context longer than the model's" "$BBSBENCH" perplexity $tiny --text README.md --context 33
    check "names its own" grep -q -e "--context: found 33 tokens, expected at most 32 .*the file's own context" "$tap_folder/last_err"
    check_fails 2 "a context of one token" "$BBSBENCH" perplexity $tiny --text README.md --context 1
    check "is told so" grep -q -e '--context: found 1, expected at least 2' "$tap_folder/last_err"
    check_fails 1 "a folder for the text" "$BBSBENCH" perplexity $tiny --text docs
    check "is told so" grep -q 'docs: found a folder, expected a file' "$tap_folder/last_err"
    printf a >"$tap_folder/one"
    check_fails 1 "one token, of which nothing comes before" "$BBSBENCH" perplexity $tiny --text "$tap_folder/one" --tokens 1 --bos never
    check "is told so" grep -q 'no token to predict, expected a text of at least two tokens' "$tap_folder/last_err"
    check_fails 2 "an empty separator" "$BBSBENCH" perplexity $tiny --text README.md --separator ''
    # C4's files: JSON lines, gzipped. The same two documents, and a line that is none of them.
    printf 'the thin hen\n\nin there<|>another one' >"$tap_folder/two"
    printf '{"url": "x", "text": "the thin hen\\n\\nin there"}\n{"text": "another one"}\n\n' | gzip >"$tap_folder/two.json.gz"
    check "JSON lines are documents" sh -c "'$BBSBENCH' perplexity $tiny --text $tap_folder/two --separator '<|>' --method int8 --format csv --out - 2>/dev/null | sed 's/,two,/,/' >$tap_folder/one && '$BBSBENCH' perplexity $tiny --text $tap_folder/two.json.gz --json text --method int8 --format csv --out - 2>/dev/null | sed 's/,two.json.gz,/,/' | cmp - $tap_folder/one && grep -q ',2,2,' $tap_folder/one"
    check_fails 1 "JSON lines without the member" "$BBSBENCH" perplexity $tiny --text "$tap_folder/two.json.gz" --json body
    check "says the line" grep -q 'two.json.gz: line 1: found no text "body"' "$tap_folder/last_err"
    check_fails 1 "a line that is no JSON" "$BBSBENCH" perplexity $tiny --text "$tap_folder/two" --json text
    check_fails 2 "JSON lines with a separator" "$BBSBENCH" perplexity $tiny --text "$tap_folder/two" --json text --separator x
    check_fails 1 "a tokenizer.json of another vocabulary" "$BBSBENCH" perplexity --weights "$tap_folder/tiny.bin" --tokenizer tests/data/pieces.llama3.json --text README.md
    check "names a token and the model's words" grep -q 'tokenizer is not that of the weights' "$tap_folder/last_err"
}

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
integers="$stories --activations int8"
check "8-bit activations" sh -c "'$BBSBENCH' perplexity $integers --jobs 2 --out $tap_folder/w8a8.csv >/dev/null"
check "need methods of integers: three of the usual ones" [ "$(wc -l <"$tap_folder/w8a8.csv")" -eq 4 ]
check "cost at most 2 % of the perplexity" awk -F, -v want="$(column int8 perplexity)" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["method"] == "int8" { r = $at["perplexity"] / want; exit !(r != 1 && r > 0.99 && r < 1.02 && $at["activation_bits"] == 8) }' "$tap_folder/w8a8.csv"
check "give the same bytes for one thread" sh -c "'$BBSBENCH' perplexity $integers --jobs 1 --out $tap_folder/w8a8.one.csv && cmp $tap_folder/w8a8.csv $tap_folder/w8a8.one.csv"
check "and in plain loops" sh -c "'$BBSBENCH' perplexity $integers --kernels plain --out $tap_folder/w8a8.plain.csv && sed s/,plain,/,fast,/ $tap_folder/w8a8.plain.csv | cmp - $tap_folder/w8a8.csv"
check "and for other instruction sets" sh -c "ONEDNN_MAX_CPU_ISA=AVX2 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-FMA,-FMA4,-AVX2 '$BBSBENCH' perplexity $integers --out $tap_folder/w8a8.other.csv && cmp $tap_folder/w8a8.other.csv $tap_folder/w8a8.csv"
check_fails 1 "a method without integers" sh -c "'$BBSBENCH' perplexity $integers --method olive"
head -c 100000 "$data/tok512.bin" | head -c 3000 >"$tap_folder/cut.bin"
check_fails 1 "a tokenizer that is cut" "$BBSBENCH" perplexity --weights "$data/stories260K.bin" --tokenizer "$tap_folder/cut.bin" --text "$tap_folder/text"
check "says the piece" grep -q 'cut.bin: piece [0-9]*: found the end of the file' "$tap_folder/last_err"

# Every form of windows, and the divergence from FP32, as plain PyTorch has them: tokens that count, perplexity, KL, agreement.
sed 's/^$/<|endoftext|>/' "$tap_folder/text" | head -c 4000 >"$tap_folder/documents"
same_as_torch() { # OPTION...
    "$python" tests/oracle/perplexity.py "$data/stories260K.bin" "$data/tok512.bin" "$tap_folder/documents" 96 1500 --int8 "$@" >"$tap_folder/torch" &&
        "$BBSBENCH" perplexity --weights "$data/stories260K.bin" --tokenizer "$data/tok512.bin" --text "$tap_folder/documents" --context 96 --tokens 1500 --method int8 --method fp32 "$@" --out "$tap_folder/rows.csv" >/dev/null &&
        awk -v tokens="$(column int8 tokens)" -v fp32="$(column fp32 perplexity)" -v int8="$(column int8 perplexity)" -v kl="$(column int8 fp32_divergence)" -v agree="$(column int8 fp32_agree)" '
            function near(a, b, most) { return a / b - 1 < most && b / a - 1 < most }
            NR == 2 { good += near(fp32, $1, 1e-5) } NR == 3 { good += tokens == $1 } NR == 4 { good += near(int8, $1, 1e-5) }
            NR == 5 { good += near(kl, $1, 1e-4); good += agree - $2 <= 1 && $2 - agree <= 1 } END { exit good != 5 }' "$tap_folder/torch"
}
if "$python" -c 'import torch' 2>/dev/null; then
    check "PyTorch has as many tokens and the same perplexity" sh -c "$python tests/oracle/perplexity.py $data/stories260K.bin $data/tok512.bin $tap_folder/text 128 1000000 >$tap_folder/torch && [ \$(sed -n 1p $tap_folder/torch) -eq $(column fp32 tokens) ] && awk -v have=$(column fp32 perplexity) 'NR == 2 { d = have / \$1 - 1; exit !(d < 1e-5 && d > -1e-5) }' $tap_folder/torch"
    check "windows that overlap" same_as_torch --stride 40
    check "<s> before the text alone, as on Hugging Face's page" same_as_torch --bos first --stride 48
    check "no <s>" same_as_torch --bos never
    check "documents" same_as_torch --separator '<|endoftext|>'
    check "documents, each its first window" same_as_torch --separator '<|endoftext|>' --truncate --bos first
else
    skip "PyTorch" "python3-torch is not installed"
fi

# Tokens that are kept give the rows.
check "every token is kept" "$BBSBENCH" perplexity --weights "$data/stories260K.bin" --tokenizer "$data/tok512.bin" --text "$tap_folder/documents" --context 96 --stride 50 --separator '<|endoftext|>' --method fp32 --method ptq:bits=4 --keep "$tap_folder/kept.csv" --out "$tap_folder/rows.csv"
check "their mean is that of the row" awk -F, -v tokens="$(column ptq:bits=4 tokens)" -v nats="$(column ptq:bits=4 nats)" 'NR > 1 && $1 == "ptq:bits=4" { n++; sum += $6; order += $2 != n - 1 } END { exit !(n == tokens && order == 0 && sum / n - nats < 1e-7 && nats - sum / n < 1e-7) }' "$tap_folder/kept.csv"

# 208 stories without marks between them, and the figure of an independent program whose cut is not known: 5.4358 over 78,032
# tokens, INT8 5.4413. What comes near it: one new line between paragraphs, as llama2.c trains, and the first 512 tokens of
# each story, of which the paragraphs below begin 197. Other lists of beginnings give 5.29 to 5.47, two new lines, as the file
# has them, 5.59 and more.
cat >"$tap_folder/stories.py" <<'END'
import sys
paragraphs = open(sys.argv[1], encoding="utf-8", newline="").read().split("\n\n")
begins = ("Once", "One day, a")
starts = [i for i, text in enumerate(paragraphs) if i == 0 or text.startswith(begins)]
assert len(starts) == 197, len(starts)
stories = ["\n".join(paragraphs[a:b]) for a, b in zip(starts, starts[1:] + [len(paragraphs)])]
open(sys.argv[2], "w", encoding="utf-8", newline="").write("<|endoftext|>".join(stories))
END
check "the text is cut in 197 stories" "$python" "$tap_folder/stories.py" "$data/tinystories_197kB.txt" "$tap_folder/stories"
check "the first window of each" "$BBSBENCH" perplexity --weights "$data/stories260K.bin" --tokenizer "$data/tok512.bin" --text "$tap_folder/stories" --separator '<|endoftext|>' --truncate --method fp32 --method int8 --out "$tap_folder/rows.csv"
check "is near the independent figure: tokens and perplexity within 0.3 %, INT8's loss within 0.001" awk -v tokens="$(column fp32 tokens)" -v fp32="$(column fp32 perplexity)" -v int8="$(column int8 perplexity)" 'BEGIN { a = tokens / 78032 - 1; b = fp32 / 5.4358 - 1; c = int8 - fp32 - 0.0055; exit !(a < 0.003 && a > -0.003 && b < 0.003 && b > -0.003 && c < 0.001 && c > -0.001) }'
echo "# $(column fp32 tokens) tokens, perplexity $(column fp32 perplexity), INT8 $(column int8 perplexity)"
tap_done
