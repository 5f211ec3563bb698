# SPDX-License-Identifier: GPL-3.0-or-later
"""The Llama family in plain PyTorch, from the papers' formulas: writes three small models with
random weights under Hugging Face's names, a text for each, and the logits of every token. llama.py [FILE]"""
import json
import math
import pathlib
import struct
import sys

import torch

SHAPES = {  # blocks, width, hidden, heads, key heads, words, own head, theta, scaling (factor, low, high, original context)
    "mha": (2, 24, 40, 3, 3, 37, True, 10000.0, None),
    "gqa": (2, 48, 72, 6, 2, 53, True, 500000.0, (8.0, 1.0, 4.0, 16.0)),
    "tied": (3, 32, 50, 4, 1, 41, False, 10000.0, None),
}
TOKENS = 19
EPSILON = 1e-5


def norm(x, gamma):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPSILON) * gamma


def angles(head, theta, scaling):
    """Radians a token, one a pair: Llama 3.1 slows the pairs that turn least (rope_type llama3)."""
    speeds = []
    for i in range(head // 2):
        speed = theta ** (-2 * i / head)
        if scaling:
            factor, low, high, original = scaling
            length = 2 * math.pi / speed
            if length > original / low:
                speed /= factor
            elif length >= original / high:
                smooth = (original / length - low) / (high - low)
                speed = (1 - smooth) * speed / factor + smooth * speed
        speeds.append(speed)
    return torch.tensor(speeds, dtype=torch.float64).to(torch.float32)


def rotate(x, speeds):
    """x [tokens, heads, head]: feature i is paired with i + head / 2."""
    turn = torch.arange(x.shape[0], dtype=torch.float32)[:, None] * speeds[None, :]
    cosine, sine = torch.cos(turn)[:, None, :], torch.sin(turn)[:, None, :]
    a, b = x.chunk(2, -1)
    return torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1)


def forward(weights, shape, numbers):
    blocks, width, _, heads, key_heads, _, own_head, theta, scaling = shape
    head = width // heads
    speeds = angles(head, theta, scaling)
    count = len(numbers)
    hidden = torch.full((count, count), -math.inf).triu(1)
    x = weights["model.embed_tokens.weight"][numbers]
    for block in range(blocks):
        w = lambda part: weights[f"model.layers.{block}.{part}.weight"]
        y = norm(x, w("input_layernorm"))
        q = rotate((y @ w("self_attn.q_proj").T).view(count, heads, head), speeds)
        k = rotate((y @ w("self_attn.k_proj").T).view(count, key_heads, head), speeds)
        v = (y @ w("self_attn.v_proj").T).view(count, key_heads, head)
        k, v = (t.repeat_interleave(heads // key_heads, 1) for t in (k, v))
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(head) + hidden
        y = torch.einsum("hqk,khd->qhd", torch.softmax(scores, -1), v).reshape(count, width)
        x = x + y @ w("self_attn.o_proj").T
        y = norm(x, w("post_attention_layernorm"))
        gate = y @ w("mlp.gate_proj").T
        x = x + (gate * torch.sigmoid(gate) * (y @ w("mlp.up_proj").T)) @ w("mlp.down_proj").T
    return norm(x, weights["model.norm.weight"]) @ weights["lm_head.weight" if own_head else "model.embed_tokens.weight"].T


def make(shape, seed):
    blocks, width, hidden, heads, key_heads, words, own_head, _, _ = shape
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *size: torch.randn(*size, generator=generator)
    keys = width // heads * key_heads
    weights = {"model.embed_tokens.weight": draw(words, width)}
    for block in range(blocks):
        for part, rows, columns in (("self_attn.q_proj", width, width), ("self_attn.k_proj", keys, width),
                                    ("self_attn.v_proj", keys, width), ("self_attn.o_proj", width, width),
                                    ("mlp.gate_proj", hidden, width), ("mlp.up_proj", hidden, width),
                                    ("mlp.down_proj", width, hidden)):
            weights[f"model.layers.{block}.{part}.weight"] = draw(rows, columns) / math.sqrt(columns)
        for part in ("input_layernorm", "post_attention_layernorm"):
            weights[f"model.layers.{block}.{part}.weight"] = 1 + 0.2 * draw(width)
    weights["model.norm.weight"] = 1 + 0.2 * draw(width)
    if own_head:
        weights["lm_head.weight"] = draw(words, width) / math.sqrt(width)
    numbers = torch.randint(0, words, (TOKENS,), generator=generator)
    return weights, numbers


def write(path, tensors):
    header, data = {"__metadata__": {"source": "tests/oracle/llama.py"}}, b""
    for name, tensor in tensors.items():
        raw = tensor.to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "data"
    for seed, (name, shape) in enumerate(SHAPES.items()):
        weights, numbers = make(shape, seed)
        logits = forward(weights, shape, numbers)
        write(folder / f"llama_{name}.safetensors", weights | {"text": numbers, "logits": logits})


if __name__ == "__main__":
    main()
