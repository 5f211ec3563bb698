# SPDX-License-Identifier: GPL-3.0-or-later
# The language model that ships: the program's perplexity is that of an independent program and that of its training; its text is the package's.
. tests/shell/tap.sh
model=models/compact/llama.safetensors tokenizer=models/compact/llama.tokenizer.bin text=datasets/kjv/kjv-test.txt
python=${PYTHON:-/usr/bin/python3}

perplexity() { "$BBSBENCH" perplexity --weights $model --tokenizer $tokenizer --text $text "$@"; }
column() { # FILE METHOD COLUMN
    awk -F, -v method="$2" -v name="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["method"] == method { print $at[name] }' "$1"
}
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a / b - 1; exit !(a > 0 && b > 0 && d < 1e-5 && d > -1e-5) }'; }

rows=$tap_folder/rows.csv
perplexity --tokens 2560 --method fp32 --method int8 --method zps:columns=4:beta=0 --method zps:columns=6:beta=0 --out "$rows" >/dev/null
check "its shape is recognised, and its notes say the context" [ "$(column "$rows" fp32 net) $(column "$rows" fp32 context) $(column "$rows" fp32 windows)" = "llama_4x128 256 10" ]
check "4 columns of 8 in every channel: 4.25 bits with metadata" [ "$(column "$rows" zps:columns=4:beta=0 bits_per_weight_with_metadata | cut -c1-4)" = 4.25 ]
check "four columns of zero-point shifting lose, and six lose more, beyond the intervals" awk -v four_low="$(column "$rows" zps:columns=4:beta=0 difference_low)" -v four_high="$(column "$rows" zps:columns=4:beta=0 difference_high)" -v six_low="$(column "$rows" zps:columns=6:beta=0 difference_low)" 'BEGIN { exit !(0 < four_low && four_high < six_low) }'

if "$python" -c 'import torch' 2>/dev/null; then
    "$python" tests/oracle/compact_language.py $model $tokenizer $text 2560 >"$tap_folder/torch"
    read -r torch_perplexity torch_bits torch_right <"$tap_folder/torch"
    check "plain PyTorch has the same perplexity" near "$(column "$rows" fp32 perplexity)" "$torch_perplexity"
    check "the same bits a byte" near "$(column "$rows" fp32 bits_per_byte)" "$torch_bits"
    check "the same right tokens, but for ties" awk -v a="$(column "$rows" fp32 right)" -v b="$torch_right" 'BEGIN { exit !(a > 0 && a - b <= 1 && b - a <= 1) }'
    perplexity --method fp32 --out "$tap_folder/whole.csv" >/dev/null
    "$python" - "$model" >"$tap_folder/notes" <<'EOF'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
notes = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])["__metadata__"]
print(notes["tokens"], notes["nats"])
EOF
    read -r tokens nats <"$tap_folder/notes"
    check "the training counted as many tokens" [ "$(column "$tap_folder/whole.csv" fp32 tokens)" = "$tokens" ]
    check "and every byte of the text" [ "$(column "$tap_folder/whole.csv" fp32 bytes)" -eq "$(wc -c <$text)" ]
    check "and got the same loss" near "$(column "$tap_folder/whole.csv" fp32 nats)" "$nats"
    check "it is better than its n-grams" awk -F, -v have="$(column "$tap_folder/whole.csv" fp32 nats)" '/gram/ { if ($2 <= have) bad = 1; n++ } END { exit bad || n != 4 }' models/compact/llama.baselines.csv
else
    skip "PyTorch" "python3-torch is not installed"
fi

if command -v bible >/dev/null 2>&1; then
    check "the test text is that of the package" sh -c "'$python' models/train/bible.py '$tap_folder/text' && cmp '$tap_folder/text' $text"
else
    skip "the test text is that of the package" "bible-kjv is not installed"
fi
tap_done
