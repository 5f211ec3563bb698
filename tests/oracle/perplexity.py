# SPDX-License-Identifier: GPL-3.0-or-later
"""Perplexity of a llama2.c model in plain PyTorch: perplexity.py MODEL.bin TOKENIZER.bin TEXT CONTEXT TOKENS [option ...]

Prints the number of tokens of the whole text, the perplexity of the first TOKENS in windows of CONTEXT, and how many tokens
count. An independent restatement: the tokens are joined by searching the whole list each time, as llama2.c's documentation
says it; windows are those of Hugging Face's page on perplexity, which are told apart by masks over the whole sequence.

--stride N, --bos always|first|never, --separator TEXT, --truncate: as those of bbsbench. --int8: two lines more, the
perplexity with the seven matrices of each block rounded to INT8 (a scale a row), and KL(FP32 || INT8) with the number of
tokens whose largest logit is the same. --greedy N: only the first N tokens after the text, greedily, as text."""
import argparse
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


def scored(tokens, arguments):
    """(inputs, targets, how many of the last count) of each window of a document."""
    context, always = arguments.context, arguments.bos == "always"
    sequence = tokens if arguments.bos == "never" else [1] + tokens
    length, reached = len(sequence), 0
    for begin in range(0, length, arguments.stride or context):
        end = min(begin + context + always, length)
        row = sequence[begin:end]
        if always:
            row[0] = 1
        fresh = [i for i in range(1, len(row)) if begin + i > reached]
        if fresh:
            yield row[:-1], row[1:], len(fresh)
        reached = end - 1
        if end == length or arguments.truncate:
            return


def rounded(model):
    model = dict(model)
    for name in ("q", "k", "v", "o", "gate", "down", "up"):
        scale = model[name].abs().amax(-1, keepdim=True) / 127.5
        model[name] = torch.round(model[name] * (1 / scale)).clamp(-128, 127) * scale
    return model


def greedy(model, shape, tokens, count, pieces):
    for _ in range(count):
        tokens = tokens + [int(forward(model, shape, [1] + tokens)[-1].argmax())]
    text = b"".join(bytes([token - 3]) if 3 <= token < 259 else pieces[token][0] for token in tokens)
    return text.decode(errors="replace")[1:]


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "tokenizer", "text"):
        parser.add_argument(name)
    for name in ("context", "tokens"):
        parser.add_argument(name, type=int)
    parser.add_argument("--stride", type=int, default=0)
    parser.add_argument("--bos", default="always")
    parser.add_argument("--separator")
    parser.add_argument("--truncate", action="store_true")
    parser.add_argument("--int8", action="store_true")
    parser.add_argument("--greedy", type=int)
    arguments = parser.parse_args()
    model, shape = read_model(arguments.model)
    pieces = read_tokenizer(arguments.tokenizer, shape[4])
    text = open(arguments.text, encoding="utf-8", newline="").read()
    with torch.no_grad():
        if arguments.greedy is not None:
            print(greedy(model, shape, encode(text, pieces) if text else [], arguments.greedy, pieces))
            return
        report(model, shape, [encode(part, pieces) for part in (text.split(arguments.separator) if arguments.separator else [text])], arguments)


def report(model, shape, documents, arguments):
    print(sum(map(len, documents)))
    left, count, totals, divergence, agree = arguments.tokens, 0, [0.0, 0.0], 0.0, 0
    for tokens in documents:
        tokens = tokens[:arguments.context - (arguments.bos == "first")] if arguments.truncate else tokens
        tokens = tokens[:left]
        left -= len(tokens)
        for inputs, targets, fresh in scored(tokens, arguments):
            logs = [torch.log_softmax(forward(weights, shape, inputs)[-fresh:].double(), -1) for weights in ([model, rounded(model)] if arguments.int8 else [model])]
            count += fresh
            for i, log in enumerate(logs):
                totals[i] -= sum(float(log[j, token]) for j, token in enumerate(targets[-fresh:]))
            if arguments.int8:
                divergence += float((logs[0].exp() * (logs[0] - logs[1])).sum())
                agree += int((logs[0].argmax(-1) == logs[1].argmax(-1)).sum())
    print(f"{math.exp(totals[0] / count):.6f}")
    print(count)
    if arguments.int8:
        print(f"{math.exp(totals[1] / count):.6f}")
        print(f"{divergence / count:.9f} {agree}")


if __name__ == "__main__":
    main()
