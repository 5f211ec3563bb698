# SPDX-License-Identifier: GPL-3.0-or-later
"""Perplexity of the compact language model in plain PyTorch: compact_language.py MODEL.safetensors TOKENIZER.bin TEXT TOKENS

Prints the perplexity of the first TOKENS tokens, bits a byte of them, and how many had the largest logit. Tokens are found
by searching the whole list each time (perplexity.py), the network is the formulas of llama.py: nothing of models/train is
used. No piece goes beyond a blank, which is checked, so a word can be searched by itself."""
import json
import math
import struct
import sys

import torch

import llama
import perplexity


def read(path):
    """Tensors as float32, and the notes of the file."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    notes, body = header.pop("__metadata__"), bytearray(data[8 + length:])
    return {name: torch.frombuffer(body[slice(*entry["data_offsets"])], dtype=torch.float16).float().reshape(entry["shape"])
            for name, entry in header.items()}, notes


def main():
    weights, notes = read(sys.argv[1])
    words, width = weights["model.embed_tokens.weight"].shape
    blocks = sum(name.endswith("q_proj.weight") for name in weights)
    heads, context, most = int(notes["num_attention_heads"]), int(notes["context"]), int(sys.argv[4])
    key_heads = weights["model.layers.0.self_attn.k_proj.weight"].shape[0] // (width // heads)
    shape = (blocks, width, None, heads, key_heads, words, False, float(notes["rope_theta"]), None)
    pieces = perplexity.read_tokenizer(sys.argv[2], words)
    assert not any(b" " in piece[1:] or b"\n" in piece for piece, _ in pieces[259:])
    tokens, known = [], {}
    for word in open(sys.argv[3], encoding="ascii", newline="").read().split(" "):
        if word not in known:
            known[word] = perplexity.encode(word, pieces)  # puts the blank before it
        tokens += known[word]
        if len(tokens) >= most:
            break
    tokens = tokens[:most]
    assert len(tokens) == most
    total, right = 0.0, 0
    with torch.no_grad():
        for first in range(0, most, context):
            window = torch.tensor(tokens[first:first + context])
            logs = torch.log_softmax(llama.forward(weights, shape, torch.cat((torch.tensor([1]), window[:-1]))), -1)
            total -= logs.gather(1, window[:, None]).sum().item()
            right += (logs.argmax(1) == window).sum().item()
    size = sum(1 if 3 <= token < 259 else len(pieces[token][0]) for token in tokens) - 1  # the blank before the text
    print(f"{math.exp(total / most):.6f} {total / math.log(2) / size:.6f} {right}")


if __name__ == "__main__":
    main()
