# SPDX-License-Identifier: GPL-3.0-or-later
"""Perplexity of a checkpoint of Hugging Face's form (shards in BF16, config.json) with a tokenizer of llama2.c, in plain
PyTorch: checkpoint_perplexity.py FOLDER TEXT CONTEXT TOKENS. Windows do not overlap; each begins with <s>."""
import json
import math
import pathlib
import struct
import sys

import torch

from llama import forward
from perplexity import encode, read_tokenizer


def read_tensors(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    data = bytearray(raw[8 + size:])
    for name, entry in json.loads(raw[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            yield name, torch.frombuffer(data[begin:end], dtype=torch.bfloat16).float().view(*entry["shape"])


def main():
    folder = pathlib.Path(sys.argv[1])
    of = json.loads((folder / "config.json").read_text())
    weights = {}
    for name in sorted(set(json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"].values())):
        weights.update(read_tensors(folder / name))
    scaling = of["rope_scaling"] and tuple(of["rope_scaling"][key] for key in (
        "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
    shape = (of["num_hidden_layers"], of["hidden_size"], of["intermediate_size"], of["num_attention_heads"],
             of["num_key_value_heads"], of["vocab_size"], not of["tie_word_embeddings"], float(of["rope_theta"]), scaling)
    text = open(sys.argv[2], encoding="utf-8", newline="").read()
    context, tokens, total = int(sys.argv[3]), encode(text, read_tokenizer(folder / "tokenizer.bin", of["vocab_size"])), 0.0
    tokens = tokens[:int(sys.argv[4])]
    with torch.no_grad():
        for first in range(0, len(tokens), context):
            window = tokens[first:first + context]
            logs = torch.log_softmax(forward(weights, shape, torch.tensor([1] + window[:-1])), -1)
            total -= sum(float(logs[i, token]) for i, token in enumerate(window))
    print(f"{total / len(tokens):.7f}")


if __name__ == "__main__":
    main()
