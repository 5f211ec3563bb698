# SPDX-License-Identifier: GPL-3.0-or-later
"""Perplexity of a llama2.c model in plain PyTorch: perplexity.py MODEL.bin TOKENIZER.bin TEXT CONTEXT TOKENS

Prints the number of tokens of the whole text and the perplexity of the first TOKENS in windows of CONTEXT. An independent
restatement: the tokens are joined by searching the whole list each time, as llama2.c's documentation says it."""
import math
import struct
import sys

import torch


def read_model(path):
    data = open(path, "rb").read()
    width, hidden, blocks, heads, key_heads, words, context = struct.unpack("7i", data[:28])
    floats = torch.frombuffer(bytearray(data[28:]), dtype=torch.float32)
    at, head, words, own = 0, width // heads, abs(words), words < 0

    def take(*shape):
        nonlocal at
        count = math.prod(shape)
        at += count
        return floats[at - count:at].view(*shape)

    model = {"words": take(words, width), "norm1": take(blocks, width), "q": take(blocks, width, width),
             "k": take(blocks, key_heads * head, width), "v": take(blocks, key_heads * head, width),
             "o": take(blocks, width, width), "norm2": take(blocks, width), "gate": take(blocks, hidden, width),
             "down": take(blocks, width, hidden), "up": take(blocks, hidden, width), "last": take(width),
             "cosine": take(context, head // 2), "sine": take(context, head // 2)}
    model["head"] = take(words, width) if own else model["words"]
    assert at == len(floats)
    return model, (blocks, width, heads, key_heads, words)


def read_tokenizer(path, words):
    data, at, pieces = open(path, "rb").read(), 4, []
    for _ in range(words):
        score, size = struct.unpack("fi", data[at:at + 8])
        pieces.append((data[at + 8:at + 8 + size], score))
        at += 8 + size
    return pieces


def encode(text, pieces):
    number = {piece: i for i, (piece, _) in enumerate(pieces) if i >= 259}
    tokens = [number[b" "]]
    for character in text:
        raw = character.encode()
        tokens += [number[raw]] if raw in number else [3 + byte for byte in raw]
    while True:
        best, place, joined = -math.inf, -1, None
        for i in range(len(tokens) - 1):
            union = number.get(pieces[tokens[i]][0] + pieces[tokens[i + 1]][0])
            if union is not None and pieces[union][1] > best:
                best, place, joined = pieces[union][1], i, union
        if place < 0:
            return tokens
        tokens[place:place + 2] = [joined]


def forward(model, shape, tokens):
    blocks, width, heads, key_heads, _ = shape
    head, count = width // heads, len(tokens)
    norm = lambda x, gamma: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5) * gamma
    cosine, sine = model["cosine"][:count, None, :], model["sine"][:count, None, :]

    def rotate(x):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cosine - b * sine, a * sine + b * cosine), -1).flatten(-2)

    x, hidden = model["words"][tokens], torch.full((count, count), -math.inf).triu(1)
    for block in range(blocks):
        y = norm(x, model["norm1"][block])
        q = rotate((y @ model["q"][block].T).view(count, heads, head))
        k = rotate((y @ model["k"][block].T).view(count, key_heads, head)).repeat_interleave(heads // key_heads, 1)
        v = (y @ model["v"][block].T).view(count, key_heads, head).repeat_interleave(heads // key_heads, 1)
        share = torch.softmax(torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(head) + hidden, -1)
        x = x + torch.einsum("hqk,khd->qhd", share, v).reshape(count, width) @ model["o"][block].T
        y = norm(x, model["norm2"][block])
        x = x + (torch.nn.functional.silu(y @ model["gate"][block].T) * (y @ model["up"][block].T)) @ model["down"][block].T
    return norm(x, model["last"]) @ model["head"].T


def main():
    model, shape = read_model(sys.argv[1])
    pieces = read_tokenizer(sys.argv[2], shape[4])
    context, most = int(sys.argv[4]), int(sys.argv[5])
    text = open(sys.argv[3], encoding="utf-8", newline="").read()
    tokens, total = encode(text, pieces), 0.0
    print(len(tokens))
    tokens = tokens[:most]
    with torch.no_grad():
        for first in range(0, len(tokens), context):
            window = tokens[first:first + context]
            logs = torch.log_softmax(forward(model, shape, [1] + window[:-1]), -1)
            total -= sum(float(logs[i, token]) for i, token in enumerate(window))
    print(f"{math.exp(total / len(tokens)):.6f}")


if __name__ == "__main__":
    main()
