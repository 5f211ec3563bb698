# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of `simulate --explain LAYER` against the row of that layer: explained.py TEXT ROW.csv

Every product and sum in the text is done again here, and its results are compared with the cells of the row."""
import csv
import re
import sys

text = open(sys.argv[1]).read()
rows = list(csv.DictReader(open(sys.argv[2])))
assert len(rows) == 1, "one row"
row = rows[0]


def one(pattern):
    found = re.findall(pattern, text)
    assert len(found) == 1, (pattern, found)
    return found[0]


def near(a, b):
    return abs(a - b) <= 2e-8 * max(abs(a), abs(b))  # nine digits are printed, and up to ten terms added


# Tiles: each part is a product, and the parts add up.
parts = re.findall(r"channels: (\d+) row tiles x (\d+) slices x (\d+) pixel steps = (\d+) tiles(?: x (\d+) cycles = (\d+) cycles)?", text)
tiles = 0
for row_tiles, slices, steps, product, bits, cycles in parts:
    assert int(row_tiles) * int(slices) * int(steps) == int(product)
    assert bits == "" or int(product) * int(bits) == int(cycles)
    tiles += int(product)
assert tiles == int(one(r"\n +(\d+) tiles\n")), "tiles"
compute = int(one(r"\ncompute +(\d+) cycles"))
if parts[0][4]:
    assert sum(int(part[5]) for part in parts) == compute, "compute"
runs = re.findall(r"\nruns +(\d+) of these, one a head: (\d+) cycles", text)
copies = int(runs[0][0]) if runs else 1
assert tiles * copies == int(row["tiles"]) and compute * copies == int(row["compute_cycles"])

# DRAM: four tensors, bytes a cycle, the greater of the two.
moved = {name: int(one(name + r" (\d+) bytes \(")) for name in ("weights", "inputs", "outputs")}
moved["metadata"] = int(one(r"\n +metadata (\d+) bytes\n"))
for name, column in (("weights", "weight"), ("inputs", "input"), ("outputs", "output"), ("metadata", "metadata")):
    assert moved[name] == int(row["dram_%s_bytes" % column]), name
total, rate, dram = one(r"(\d+) bytes at (\S+) bytes a cycle = (\d+) cycles")
assert sum(moved.values()) == int(total)
assert int(dram) == int(row["dram_cycles"])
assert copies > 1 or int(dram) == -(-int(total) // int(float(rate))), "DRAM cycles"
assert max(compute * copies, int(dram)) == int(row["cycles"]) == int(one(r"of DRAM = (\d+); bound by"))

# Energy: each term is a product, and the terms add up to the columns of the row.
terms = re.findall(r"  (\S.*?)  +(\d+) .*? x (\S+) pJ = (\S+) pJ", text)
energy = {}
for what, count, rate, product in terms:
    assert near(int(count) * float(rate), float(product)), what
    energy[what] = float(product)
groups = {"energy_pe_pj": ["PEs"], "energy_register_pj": ["weight registers", "input registers"], "energy_dram_pj": ["DRAM"]}
groups["energy_sram_pj"] = [what for what in energy if "buffer" in what]
for column, names in groups.items():
    assert near(sum(energy.get(name, 0.0) for name in names), float(row[column])), column
assert near(sum(energy.values()), float(row["energy_total_pj"])), "total"
assert near(float(one(r"leakage of the buffers (\S+) pJ")), float(row["energy_leakage_pj"]))

# The constants have their sources.
assert re.search(r"dram.access = \S+ pJ/64 bit.*: BitSim sim/sim/stripes.py:536", text)
