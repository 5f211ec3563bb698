# SPDX-License-Identifier: GPL-3.0-or-later
# The committed fixtures are what the independent oracles compute today.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}

if "$PYTHON" -c 'import torch' 2>/dev/null; then
    check "the engine's reference logits are PyTorch's" "$PYTHON" tests/oracle/resnet_fixture.py check
    check "logits of weights by formula are PyTorch's" "$PYTHON" tests/oracle/made_logits.py check
    check "logits of quantised activations are PyTorch's" "$PYTHON" tests/oracle/made_activations.py check
else
    skip "logits of weights by formula are PyTorch's" "python3-torch is not installed"
    skip "logits of quantised activations are PyTorch's" "python3-torch is not installed"
    skip "the engine's reference logits are PyTorch's" "python3-torch is not installed"
fi
check "the statistics of SQL are those of exact fractions" "$PYTHON" tests/oracle/sql_statistics.py check
check "the measures of logits are those of 50 digits" "$PYTHON" tests/oracle/outputs.py check
check "the language models are those of plain arithmetic" sh -c "'$PYTHON' tests/oracle/language.py $tap_folder/language.csv && cmp $tap_folder/language.csv tests/data/language.csv"
check "the tokens of tokenizer.json are those of plain Python" sh -c "$PYTHON tests/oracle/pieces.py $tap_folder && for kind in llama3 smollm llama2; do cmp $tap_folder/pieces.\$kind.json tests/data/pieces.\$kind.json || exit 1; done && gzip -dc $tap_folder/pieces.txt.gz >$tap_folder/texts && gzip -dc tests/data/pieces.txt.gz | cmp - $tap_folder/texts"
check "the glyphs are those that their documents describe" "$PYTHON" tests/oracle/glyphs.py
check "and ten fonts are tested" grep -q '^test: 8000 pictures, 2965 classes up to 2964, 10 fonts with 800 to 800$' "$tap_folder/last_out"
tap_done
