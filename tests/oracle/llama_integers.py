# SPDX-License-Identifier: GPL-3.0-or-later
"""The Llama family with 8-bit weights and activations (W8A8), restated in NumPy from the comments of bench/engine: logits of
every token of the models of llama.py. Products are sums of integers in 64 bits; what lies between them is float32, one
rounded operation after the other in the engine's order, so the logits are equal bit for bit. llama_integers.py [FOLDER]"""
import json
import math
import pathlib
import struct
import sys

import numpy as np

from llama import EPSILON, SHAPES

F = np.float32
LANES = 16


def read(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    data = raw[8 + size:]
    return {name: np.frombuffer(data[e["data_offsets"][0]:e["data_offsets"][1]], F).reshape(e["shape"]) for name, e in header.items()}


def lane_sum(x):
    """Sum along the last axis: lane i adds values i, i + 16, ... in order; then the lanes are halved four times."""
    pad = -x.shape[-1] % LANES
    x = np.concatenate([x, np.zeros(x.shape[:-1] + (pad,), F)], -1).reshape(x.shape[:-1] + (-1, LANES))
    total = np.zeros(x.shape[:-2] + (LANES,), F)
    for part in range(x.shape[-2]):
        total = total + x[..., part, :]
    width = LANES // 2
    while width:
        total = total[..., :width] + total[..., width:2 * width]
        width //= 2
    return total[..., 0]


def exp(x):
    """Of values that are zero or less, as rows.c says: two parts of ln 2, a polynomial of degree 7, the exponent put in."""
    above = x > F(-87)
    bounded = np.where(above, x, F(-87))
    n = (bounded * F(1.44269504) + F(12582912)) - F(12582912)
    r = (bounded - n * F(0.693359375)) + n * F(2.12194440e-4)
    p = r * F(F(1) / F(5040)) + F(F(1) / F(720))
    for divisor in (120, 24, 6, 2, 1, 1):
        p = p * r + F(F(1) / F(divisor))
    power = ((n.astype(np.int32) + 127) << 23).view(F)
    return np.where(above, p * power, F(0))


def nearest(x):
    return np.rint(x).astype(np.int64)  # a tie to the even one


def signed(x):
    """Rows of -128..127 and the step of each."""
    most = np.abs(x).max(-1, keepdims=True)
    per_step = np.where(most > 0, F(127.5) / np.where(most > 0, most, F(1)), F(0))
    return np.minimum(nearest(x * per_step), 127), (most / F(127.5))[..., 0]


def quantise(weights):
    """Of an output channel: INT8 by its largest weight, multiplied by the reciprocal of the scale."""
    most = np.abs(weights).max(-1, keepdims=True)
    scale = most / F(127.5)
    return np.clip(nearest(weights * (F(1) / scale)), -128, 127), scale[:, 0]


def linear(x, weights, added=None):
    q, scale = quantise(weights)
    levels, step = signed(x)
    sums = levels @ q.T
    result = sums.astype(F) * (scale[None, :] * step[:, None]) + F(0)
    return result if added is None else result + added


def norm(x, gamma):
    mean = lane_sum(x * x).astype(np.float64) / x.shape[-1] + EPSILON
    return x * (1 / np.sqrt(mean)).astype(F)[:, None] * gamma


def turns(count, head, theta, scaling):
    rows = np.zeros((2, count, head // 2), F)
    for i in range(head // 2):
        speed = 1 / math.pow(theta, 2 * i / head)
        if scaling:
            factor, low, high, original = scaling
            share = min(1, max(0, (original * speed / (2 * math.pi) - low) / (high - low)))
            speed = (1 - share) * speed / factor + share * speed
        for row in range(count):
            angle = float(F(row) * F(speed))
            rows[0, row, i], rows[1, row, i] = math.cos(angle), math.sin(angle)
    return rows


def rotate(x, table):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    cosine, sine = table[0][:, None, :], table[1][:, None, :]
    return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1)


def attend(q, k, v):
    """One head of a text: a token sees itself and those before it."""
    count, head = q.shape
    (levels, step), (keys, key_step), (values, value_step) = signed(q), signed(k), signed(v)
    scores = (levels @ keys.T).astype(F) * (key_step[None, :] * step[:, None])
    result = np.zeros((count, head), F)
    for row in range(count):
        seen = scores[row, :row + 1]
        e = exp((seen - seen.max()) * (F(1) / F(math.sqrt(F(head)))))
        shares = e * (F(1) / lane_sum(e)) * value_step[:row + 1]
        most = shares.max()
        if most > 0:
            sums = nearest(shares * (F(255) / most)) @ values[:row + 1]
            result[row] = sums.astype(F) * (F(1) * (most / F(255)))
    return result


def swiglu(gate, up):
    e = exp(-np.abs(gate))
    return gate * (np.where(gate < 0, e, F(1)) / (F(1) + e)) * up


def forward(weights, shape):
    blocks, width, _, heads, key_heads, _, own_head, theta, scaling = shape
    numbers = weights["text"].astype(int)
    head, count = width // heads, len(numbers)
    table = turns(count, head, theta, scaling)
    x = weights["model.embed_tokens.weight"][numbers]
    for block in range(blocks):
        w = lambda part: weights[f"model.layers.{block}.{part}.weight"]
        n = norm(x, w("input_layernorm"))
        q = rotate(linear(n, w("self_attn.q_proj")).reshape(count, heads, head), table)
        k = rotate(linear(n, w("self_attn.k_proj")).reshape(count, key_heads, head), table)
        v = linear(n, w("self_attn.v_proj")).reshape(count, key_heads, head)
        shared = heads // key_heads
        y = np.concatenate([attend(q[:, h], k[:, h // shared], v[:, h // shared]) for h in range(heads)], -1)
        x = linear(y, w("self_attn.o_proj"), x)
        n = norm(x, w("post_attention_layernorm"))
        x = linear(swiglu(linear(n, w("mlp.gate_proj")), linear(n, w("mlp.up_proj"))), w("mlp.down_proj"), x)
    n = norm(x, weights["model.norm.weight"])
    last = weights["lm_head.weight" if own_head else "model.embed_tokens.weight"]
    return np.stack([lane_sum(n[row][None, :] * last) + F(0) for row in range(count)])  # float32, as the paper leaves it


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "data"
    header, data = {"__metadata__": {"source": "tests/oracle/llama_integers.py"}}, b""
    for name, shape in SHAPES.items():
        logits = forward(read(folder / f"llama_{name}.safetensors"), shape)
        raw = logits.astype(F).tobytes()
        header[name] = {"dtype": "F32", "shape": list(logits.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "llama_integers.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main()
