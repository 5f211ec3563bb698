#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Small files for the fuzzers to start from: seeds.sh FOLDER, with BBSBENCH the program.
set -eu
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$1/bbs" "$1/safetensors" "$1/tokenizer" "$1/checkpoint" "$1/page" "$1/files" "$1/cfg" "$1/ledger" "$1/pieces" "$1/llama2c" "$1/work"
$python tests/oracle/checkpoints.py "$1/checkpoint"
rm "$1/checkpoint"/*.safetensors "$1/checkpoint/manifest.csv"
$python - "$1/safetensors/net" <<'PY'
import json, random, struct, sys
rng = random.Random(1)
header, body = {"__metadata__": {"source": "seed"}}, b""
for name, shape in {"stem.weight": [4, 3, 2, 2], "conv.weight": [6, 11, 1, 3], "fc.weight": [8, 16], "fc.bias": [8]}.items():
    count = 1
    for size in shape:
        count *= size
    data = struct.pack(f"<{count}f", *[rng.gauss(0, 1) for _ in range(count)])
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
    body += data
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + body)
PY
$python - "$1/checkpoint" <<'PY'
import pathlib, sys, zipfile
for path in pathlib.Path(sys.argv[1]).glob("*.pth"):
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        for name in archive.namelist():
            if name.endswith("data.pkl"):
                path.with_suffix(".pkl").write_bytes(archive.read(name))
PY
for method in int8 ra zps best bitflip bbs-mod; do
    "$BBSBENCH" compress "$1/safetensors/net" "$1/safetensors/$method" --method "$method" $([ "$method" = int8 ] || echo --group 5 --channels 2) >/dev/null
    "$BBSBENCH" pack "$1/safetensors/$method" "$1/bbs/$method" >/dev/null
done
"$BBSBENCH" quantize "$1/safetensors/net" "$1/safetensors/quantised" >/dev/null
# Tables and texts: the strings of the tokenizer's vectors.
$python - "$1/tokenizer" <<'PY'
import gzip, sys
lines = [line.split("\t") for line in gzip.open("tests/data/tokens.txt.gz", "rt")]
texts = [bytes.fromhex(line[1]) for line in lines if line[0] == "S"]
for i in range(0, 400, 4):
    open(f"{sys.argv[1]}/{i}", "wb").write(b"\t1\n".join(texts[i:i + 4]))
PY
# Pages: the example of the documentation and those of the suite.
for page in docs/examples/*/*.md bench/experiments/*.md; do
    if [ -e "$page" ]; then cp "$page" "$1/page"; fi
done
# Small files, each after a byte that chooses the reader (tests/fuzz/fuzz_files.c), without the many rows of the long ones.
$python - "$1/files" <<'PY'
import sys
seeds = ["results/reference/accuracy.smoke.csv", "tests/fuzz/seeds/run.json", "results/claims.csv", "models/profiles/resnet18_imagenet_partial.csv",
         "models/compact/vgg16.ranges.csv", "tests/fuzz/seeds/predictions.csv", "docs/examples/mobilenet.layers.csv",
         "bench/accel/config/paper.ini", "datasets/datasets.csv", "tests/fuzz/seeds/shards.json", "tests/fuzz/seeds/val.txt",
         "tests/fuzz/seeds/description.json", "tests/fuzz/seeds/densities.csv", "tests/fuzz/seeds/images.idx",
         "tests/fuzz/seeds/array.npz"]
for reader, path in enumerate(seeds):
    open(f"{sys.argv[1]}/{reader}", "wb").write(bytes([reader]) + open(path, "rb").read()[:12000])
PY
# Tokenizers of language models in each form, and a checkpoint of llama2.c.
cp tests/data/pieces.*.json tests/fuzz/seeds/tokenizer.model tests/fuzz/seeds/tokenizer.llama2c "$1/pieces"
cp tests/fuzz/seeds/model.llama2c "$1/llama2c"
# Files of plans and of language models, each after the byte that chooses its reader (tests/fuzz/fuzz_work.c).
$python - "$1/work" <<'PY'
import sys
seeds = ["plan.csv", "sizes.csv", "models.csv", "keys.txt", "text.jsonl", "config.json", "index.json"]
for reader, name in enumerate(seeds):
    open(f"{sys.argv[1]}/{reader}", "wb").write(bytes([reader]) + open(f"tests/fuzz/seeds/{name}", "rb").read())
PY
# Graphs: those of the suite that are short enough for most bytes to matter.
cp models/cfg/vgg16.compact.cfg models/cfg/resnet20.full.cfg tests/data/engine_block.cfg "$1/cfg"
# Histories, made of their SQL.
$python - "$1/ledger" <<'PY'
import pathlib, sqlite3, sys
for source in pathlib.Path("tests/fuzz/seeds").glob("history.*.sql"):
    for encoding in "UTF-8", "UTF-16le":
        target = pathlib.Path(sys.argv[1]) / f"{source.stem}.{encoding}.db"
        target.unlink(missing_ok=True)
        database = sqlite3.connect(target)
        database.executescript(f"PRAGMA encoding = '{encoding}';" + source.read_text())
        database.close()
PY
