#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Write every committed vector and fixture of tests/data again (`make oracle`): the same bytes from run to run. The first
# three, llama.py and llama_integers.py need python3-torch, the others nothing but Python.
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/../.."
PYTHON=${PYTHON:-/usr/bin/python3}
"$PYTHON" tests/oracle/resnet_fixture.py write
"$PYTHON" tests/oracle/made_logits.py write
"$PYTHON" tests/oracle/made_activations.py write
"$PYTHON" tests/oracle/torch_checkpoints.py fixture tests/data
"$PYTHON" tests/oracle/accel.py tests/data
"$PYTHON" tests/oracle/language.py tests/data/language.csv
"$PYTHON" tests/oracle/area.py tests/data/area.csv
"$PYTHON" tests/oracle/area.py sram bench/accel/sram.csv tests/data/sram.csv
"$PYTHON" tests/oracle/columns.py tests/data/columns.txt.gz
"$PYTHON" tests/oracle/rivals.py tests/data/rivals.txt.gz
"$PYTHON" tests/oracle/sparten.py tests/data/sparten.csv
"$PYTHON" tests/oracle/sql_statistics.py tests/data/statistics.csv
"$PYTHON" tests/oracle/outputs.py tests/data/outputs.csv
"$PYTHON" tests/oracle/llama.py tests/data
"$PYTHON" tests/oracle/llama_integers.py tests/data
"$PYTHON" tests/oracle/pieces.py tests/data
# Hugging Face's own tokenizer is an npm package: tests/oracle/tokens.js says how to have it.
NODE_PATH=${NODE_PATH:-build/node/node_modules}
export NODE_PATH
if node -e 'require("tokenizers")' 2>/dev/null; then
    node tests/oracle/tokens.js ranges >bench/data/unicode_ranges.inc
    node tests/oracle/tokens.js vectors | gzip -9n >tests/data/tokens.txt.gz
else
    echo "kept as they are, without the npm package tokenizers: bench/data/unicode_ranges.inc, tests/data/tokens.txt.gz"
fi
