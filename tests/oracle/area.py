#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""PEs as cells and banks between rows, restated in plain Python, independent of the C code: tests/data/area.csv.

Every PE is written out as a list of cells (Counter), unit by unit, from the structures that bench/accel/area.h names; sizes
of cells and the paper's numbers stand here a second time. The fit is solved by elimination, not by its closed form.
    python3 tests/oracle/area.py tests/data/area.csv
    python3 tests/oracle/area.py sram bench/accel/sram.csv tests/data/sram.csv
"""
import csv
import sys
from collections import Counter
from math import log2

SIZES = dict(inv=0.667, nand2=1, and2=1.333, xor2=2, mux2=2.333, aoi22=1.667, ha=3.333, fa=5.333, dff=5.667)
# um2 and mW of Tables IV, V and VI.
PAPER = {
    "stripes": (532.8, 0.37), "pragmatic": (923.1, 0.51), "bitlet": (1665.6, 0.57), "bitwave": (702.4, 0.49),
    "bitvert-16": (1342.3, 0.61), "bitvert-16-opt": (971.5, 0.53), "bitvert-8": (896.6, 0.49),
    "bitvert-8-opt": (739.6, 0.45), "bitvert-4": (878.7, 0.51), "bitvert-4-opt": (786.5, 0.47), "olive": (291.6, 0.18),
}


class PE:
    """Cells by what they are to the estimate: what holds operands, what selects among them, what multiplies, the rest."""

    def __init__(self):
        self.operands, self.selection, self.multiplier, self.rest = Counter(), Counter(), Counter(), Counter()

    def total(self):
        return self.operands + self.selection + self.multiplier + self.rest


def times(count, **cells):
    return Counter({name: number * count for name, number in cells.items()})


def tail(pe, sum_bits):
    pe.rest += times(sum_bits, dff=1) + times(24, mux2=1, fa=1, dff=1)


def select(inputs, bits, count):
    """Wide multiplexers: AND-OR pairs joined by NANDs, and a decoder of AND2 chains over the select bits."""
    if inputs <= 4:
        return times(count * bits, mux2=inputs - 1)
    pairs = -(-inputs // 2)
    select_bits = (inputs - 1).bit_length()
    return times(count * bits, aoi22=pairs, nand2=pairs - 1) + times(count, and2=inputs * (select_bits - 1))


def stripes():
    pe = PE()
    pe.operands += times(64, dff=1)
    pe.rest += times(12, dff=1) + times(11, xor2=1, ha=1) + times(12 + 14 + 18, mux2=1)
    pe.multiplier += times(64, and2=1) + times(4 * 9 + 2 * 10 + 11, fa=1)
    tail(pe, 18)
    return pe


def pragmatic():
    pe = PE()
    pe.operands += times(64, dff=1)
    pe.rest += times(36, dff=1) + times(15 + 17 + 21, mux2=1) + times(21, and2=1)
    pe.multiplier += times(8 * 8, xor2=1, ha=1) + times(8 * (9 + 11), mux2=1) + times(8 * 11, and2=1)
    pe.multiplier += times(4 * 12 + 2 * 13 + 14, fa=1)
    tail(pe, 21)
    return pe


def bitlet():
    pe = PE()
    pe.operands += times(32 * 8, dff=1)
    pe.rest += times(8 * 6, dff=1) + times(16, xor2=1, ha=1)
    pe.selection += select(32, 8, 8)
    pe.multiplier += times(64, and2=1) + times(10 + 12 + 14 + 16 + 13 + 16 + 16, fa=1)
    tail(pe, 16)
    return pe


def bitwave():
    pe = PE()
    pe.operands += times(64, dff=1)
    pe.rest += times(19, dff=1) + times(12 + 14 + 17, mux2=1)
    pe.multiplier += times(64, xor2=1, ha=1, and2=1) + times(4 * 9 + 2 * 10 + 11, fa=1)
    tail(pe, 17)
    return pe


def bitvert(size, optimised):
    pe = PE()
    halves, lanes = 16 // size, size // 2
    sums = {4: 10, 8: 11, 16: 12}[size]      # bits of the sum of a sub-group's activations
    whole = 12                               # and of all 16, for any sub-groups
    inputs = lanes + 1 if optimised else size
    pe.operands += times(128 + halves * sums, dff=1)
    pe.rest += times(8 * ((inputs - 1).bit_length() + 1) + halves + 4, dff=1)
    pe.selection += select(inputs, 8, 8)
    pe.multiplier += times(64, and2=1)
    inside = {4: 9, 8: 4 // 2 * 9 + 10, 16: 4 * 9 + 2 * 10 + 11}[size]
    between = {4: 2 * 11 + 12, 8: 12, 16: 0}[size]
    pe.multiplier += times(halves * inside + between, fa=1)
    pe.rest += times(halves * sums, fa=1, inv=1, mux2=1) + times(whole, xor2=1, ha=1) + times(13 + 15 + 19, mux2=1)
    factor = 3 if optimised else 6
    pe.rest += times(halves * sums + whole * factor, and2=1) + times(between + whole * (factor - 1) + 24, fa=1)
    if optimised:
        pe.rest += times(whole + 2 + 3, mux2=1)
    tail(pe, 19)
    return pe


def olive():
    pe = PE()
    pe.rest += times(13, dff=1) + times(24, fa=1, dff=1)
    pe.multiplier += times(16 + 8 * 4, and2=1) + times(8 * 3, fa=1) + times(13 + 15 + 19, mux2=1)
    return pe


def build(name):
    if name.startswith("bitvert"):
        return bitvert(int(name.split("-")[1]), name.endswith("-opt"))
    return {"stripes": stripes, "pragmatic": pragmatic, "bitlet": bitlet, "bitwave": bitwave, "olive": olive}[name]()


def size(cells):
    return sum(SIZES[name] * number for name, number in cells.items())


def measure(name):
    pe = build(name)
    total = pe.total()
    logic = size(total) - SIZES["dff"] * total["dff"] - size(pe.selection)
    return size(total), total["dff"] - pe.operands["dff"], logic, size(pe.multiplier), total["dff"]


def fit(left_out=None):
    """um2 a gate; mW a working register and a gate of logic, at least 0 each; relative errors squared."""
    rows = [(measure(name), PAPER[name]) for name in PAPER if name not in ("olive", left_out)]
    x = [m[0] / p[0] for m, p in rows]
    um2 = sum(x) / sum(v * v for v in x)
    a = [(m[1] / p[1], m[2] / p[1]) for m, p in rows]
    aa, ab, bb = (sum(r[i] * r[j] for r in a) for i, j in ((0, 0), (0, 1), (1, 1)))
    sa, sb = sum(r[0] for r in a), sum(r[1] for r in a)
    by_gate = (sb - sa * ab / aa) / (bb - ab * ab / aa)
    if by_gate < 0:
        return um2, sa / aa, 0.0
    by_register = (sa - ab * by_gate) / aa
    return (um2, by_register, by_gate) if by_register >= 0 else (um2, 0.0, sb / bb)


def write_area(path):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("pe gates_nand2 register_bits area_fitted_um2 area_left_out_um2 multiplier_left_out_um2 power_fitted_mw "
                     "power_left_out_mw".split())
        for name in PAPER:
            gates, working, logic, multiplier, registers = measure(name)
            every, other = fit(), fit(name)
            out.writerow([name] + ["%.9g" % v for v in (
                gates, registers, every[0] * gates, other[0] * gates, other[0] * multiplier,
                every[1] * working + every[2] * logic, other[1] * working + other[2] * logic)])


def write_sram(source, path):
    """Each row that has a smaller and a larger bank of its bus, as they would have it."""
    rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(open(source))]
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        values = "read_energy_pj write_energy_pj area_mm2 access_ns leakage_mw".split()
        out.writerow(["size_bytes", "bus_bits"] + values)
        for row in rows:
            bus = sorted((r for r in rows if r["bus_bits"] == row["bus_bits"]), key=lambda r: r["size_bytes"])
            at = bus.index(row)
            if 0 < at < len(bus) - 1:
                low, high = bus[at - 1], bus[at + 1]
                steps = log2(high["size_bytes"]) - log2(low["size_bytes"])
                share = (log2(row["size_bytes"]) - log2(low["size_bytes"])) / steps
                out.writerow(["%d" % row["size_bytes"], "%d" % row["bus_bits"]] +
                             ["%.9g" % ((1 - share) * low[v] + share * high[v]) for v in values])


if __name__ == "__main__":
    if len(sys.argv) == 4:
        write_sram(sys.argv[2], sys.argv[3])
    else:
        write_area(sys.argv[1])
