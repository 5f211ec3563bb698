#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SparTen by brute force in plain Python, independent of the C code: writes tests/data/sparten.csv.

Small layers with padding and partly filled tiles. All inputs are drawn, every output of every PE is counted, and the mean
over the draws is written with its standard error. `replay` columns count inputs that follow from a formula: exact.
    python3 tests/oracle/sparten.py tests/data/sparten.csv
"""
import csv
import random
import sys
from statistics import mean, stdev

ROWS, COLUMNS, SLICE, LOAD, DRAWS, SAMPLES = 32, 16, 128, 16, 40, 2

#         name, k, c, kernel, stride, pad, in_h, in_w (of a linear layer: tokens), flat, zeros of 8 weights, density
LAYERS = [
    ("corners", 40, 24, 3, 1, 1, 13, 21, 0, 2, 0.48),
    ("corners_flat", 40, 24, 3, 1, 1, 13, 21, 1, 2, 0.48),
    ("stride", 33, 200, 3, 2, 1, 9, 9, 0, 1, 0.44),
    ("stride_flat", 33, 200, 3, 2, 1, 9, 9, 1, 1, 0.44),
    ("plane", 16, 3, 7, 2, 3, 20, 20, 0, 0, 0.9),
    ("plane_flat", 16, 3, 7, 2, 3, 20, 20, 1, 0, 0.9),
    ("wide_pad", 5, 140, 3, 3, 2, 7, 40, 0, 1, 0.7),
    ("projection", 70, 130, 1, 2, 0, 14, 36, 0, 3, 0.56),
    ("one_token", 100, 300, 1, 1, 0, 1, 1, 0, 1, 0.56),
    ("tokens", 64, 130, 1, 1, 0, 1, 37, 0, 0, 0.948),
]


def mixed(i, seed):
    x = (i * 2654435761 + seed) & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 2246822519 & 0xFFFFFFFF
    return x ^ x >> 13


def is_weight(i, zeros):
    return mixed(i, 40503) >> 8 & 7 >= zeros


def slices_of(c, kernel, flat):
    """Lists of (channel, ky, kx), one list a slice."""
    positions = [(y, x) for y in range(kernel) for x in range(kernel)]
    if flat:
        runs = [[(ch, y, x) for ch in range(c) for y, x in positions]]
    elif len(positions) > c:
        runs = [[(ch, y, x) for y, x in positions] for ch in range(c)]
    else:
        runs = [[(ch, y, x) for ch in range(c)] for y, x in positions]
    return [run[i:i + SLICE] for run in runs for i in range(0, len(run), SLICE)]


def count(layer, inputs):
    """(cycles, pairs) for one set of inputs: inputs[y][x][channel] is 0 or 1."""
    _, k, c, kernel, stride, pad, in_h, in_w, flat, zeros, _ = layer
    out_h, out_w = ((side + 2 * pad - kernel) // stride + 1 for side in (in_h, in_w))
    cycles = pairs = 0
    for taps in slices_of(c, kernel, flat):
        weights = [sum(is_weight(((row * c + ch) * kernel + y) * kernel + x, zeros) << i for i, (ch, y, x) in enumerate(taps))
                   for row in range(k)]
        for out_y in range(out_h):
            seen = []
            for out_x in range(out_w):
                bits = 0
                for i, (ch, ky, kx) in enumerate(taps):
                    y, x = out_y * stride + ky - pad, out_x * stride + kx - pad
                    if 0 <= y < in_h and 0 <= x < in_w and inputs[y][x][ch]:
                        bits |= 1 << i
                seen.append(bits)
            for first in range(0, out_w, COLUMNS):
                for top in range(0, k, ROWS):
                    both = [bin(a & w).count("1") for a in seen[first:first + COLUMNS] for w in weights[top:top + ROWS]]
                    cycles += max(LOAD, max(both))
                    pairs += sum(both)
    return cycles, pairs


def plane(layer, value):
    c, in_h, in_w = layer[2], layer[6], layer[7]
    return [[[value((y * in_w + x) * c + ch) for ch in range(c)] for x in range(in_w)] for y in range(in_h)]


def main(path):
    source = random.Random(7)
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow("name k c kernel stride pad in_h in_w flat zeros density cycles cycles_error pairs pairs_error "
                        "dense_cycles dense_pairs replay_cycles replay_pairs".split())
        for layer in LAYERS:
            density, elements = layer[-1], layer[2] * layer[6] * layer[7]
            drawn = [count(layer, plane(layer, lambda _: source.random() < density)) for _ in range(DRAWS)]
            dense = count(layer, plane(layer, lambda _: True))
            replay = [count(layer, plane(layer, lambda i: mixed(i + sample * elements, 99) % 1000 < 1000 * density))
                      for sample in range(SAMPLES)]
            cells = [f(column) for column in zip(*drawn) for f in (mean, lambda values: stdev(values) / DRAWS ** 0.5)]
            writer.writerow([*layer, *("%.9g" % cell for cell in cells), *dense, *map(sum, zip(*replay))])


if __name__ == "__main__":
    main(sys.argv[1])
