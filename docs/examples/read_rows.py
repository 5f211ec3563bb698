# SPDX-License-Identifier: GPL-3.0-or-later
"""Read results and compressed weights without bbsbench, with Python's standard library: read_rows.py RUN METHOD COMPRESSED INT8

RUN is a run folder, METHOD one of its methods; COMPRESSED was written by `bbsbench compress` with ra, zps, best, budget or a
preset of BBS, INT8 by `bbsbench quantize`. Rows are CSV (docs/rows.md); tensors are safetensors: a length, a JSON, the bytes."""
import array
import csv
import json
import struct
import sys

TYPES = {"I8": "b", "U8": "B", "I16": "h", "F32": "f"}  # of this script; safetensors has more
UNSIGNED = ("ra", "bbs-cons")  # rounded averaging adds 0 to 63, all others -32 to 31


def mean_loss(folder, method):
    """Points of accuracy that a method loses against int8, mean over the networks of a run, and how many these are."""
    with open(f"{folder}/accuracy.csv", newline="", encoding="utf-8") as source:
        rows = {(row["net"], row["data"], row["method"]): float(row["accuracy_percent"]) for row in csv.DictReader(source)}
    losses = [rows[net, data, "int8"] - percent for (net, data, of), percent in rows.items() if of == method]
    return sum(losses) / len(losses), len(losses)


def read_safetensors(path):
    with open(path, "rb") as source:
        header = json.loads(source.read(struct.unpack("<Q", source.read(8))[0]))
        data = source.read()
    notes = header.pop("__metadata__")
    tensors = {name: (entry["shape"], array.array(TYPES[entry["dtype"]], data[slice(*entry["data_offsets"])]))
               for name, entry in header.items() if entry["dtype"] in TYPES}
    return notes, tensors


def unpack(name, notes, tensors):
    """The values of a weight from its kept columns and its metadata; its bits without and with metadata."""
    (k, c, *_), values = tensors[name + ".stored"]
    bits, meta, group = tensors[name + ".bits"][1], tensors.get(name + ".meta", (0, []))[1], int(notes["group"])
    places, groups, unsigned = len(values) // (k * c), -(-c // group), notes["method"].split(":")[0] in UNSIGNED
    values = list(values)
    for number, byte in enumerate(meta):  # channel by channel, kernel position by kernel position, then along the inputs
        channel, place, first = number // groups // places, number // groups % places, number % groups * group
        constant = byte & 63 if unsigned or byte & 63 < 32 else (byte & 63) - 64
        for i in range(first, min(first + group, c)):
            values[(channel * c + i) * places + place] += constant
    plain = sum(bits) * c * places
    pruned = sum(bit < 8 for bit in bits)
    return values, plain, plain + 8 * pruned * places * groups + (16 * k if 0 < pruned < k else 0)


run, method, compressed, int8 = sys.argv[1:]
print("mean loss of %s: %.6f points over %d networks" % (method, *mean_loss(run, method)))
(notes, tensors), (_, original) = read_safetensors(compressed), read_safetensors(int8)
weights = plain = whole = squares = 0
for name in (name.removesuffix(".stored") for name in tensors if name.endswith(".stored")):
    values, *bits = unpack(name, notes, tensors)
    assert list(tensors[name][1]) == values, f"{name}: the file's own values are others"
    squares += sum((value - before) ** 2 for value, before in zip(values, original[name][1]))
    weights, plain, whole = weights + len(values), plain + bits[0], whole + bits[1]
print(f"{weights} weights, {plain / weights:.4f} bits a weight, {whole / weights:.4f} with metadata")
print(f"mean squared error against INT8: {squares / weights:.4f} steps squared")
