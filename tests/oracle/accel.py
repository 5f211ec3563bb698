#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accelerator models restated in plain Python, independent of the C code: writes the vectors of tests/unit/test_model.c.

Stripes and BitVert (cons, mod), uniform sensitive channels, on the full-size ResNet-34 (first layer kept at 8 bits), the
same with 3 samples a batch, and on the compact BERT with sequences of 300 tokens, 2 samples a batch and the products of
attention. The constants stand here a second time, so that a slip in technology.csv or sram.csv is found as well.
    python3 tests/oracle/accel.py tests/data
"""
import csv
import sys
from collections import namedtuple
from fractions import Fraction as F
from math import ceil, log2

BUFFER = 262144           # bytes, each of the two
DRAM_BYTES_A_CYCLE = 16
LAYOUT = F("1.5")
PERIOD_NS = F("1.25")
DISPATCHER = F("0.072625")
# CACTI 7, 128-bit bus: pJ a read and a write of 16 bytes, mW of leakage.
SRAM = {8192: (F("4.3053"), F("7.06537"), F("5.97126")), 16384: (F("6.08131"), F("11.671"), F("11.7991"))}
#          rows, PE pJ, weight register pJ a row and cycle, input register pJ a column and tile
MACHINES = {
    "stripes": dict(rows=16, low=8, beta=F(1), pe="0.28125", w_reg="0.46", i_reg="0.53"),
    "bitvert-cons": dict(rows=32, low=6, beta=F(1, 10), pe="0.25", w_reg="0.6025", i_reg="0.53"),
    "bitvert-mod": dict(rows=32, low=4, beta=F(1, 5), pe="0.25", w_reg="0.6025", i_reg="0.53"),
}
COLUMNS, WEIGHTS_A_TILE = 16, 16


# A layer as it is run: `lines` times `width` output pixels (or tokens), `in_px` input pixels; `source` and `added` are the
# names of the layers whose outputs it reads and adds (None: from outside; "-": adds nothing). `heads`: runs of a product.
Layer = namedtuple("Layer", "name k c positions lines width in_px source added heads", defaults=[0])


def resnet34(batch=1):
    def conv(name, k, c, kernel, side, out, source, added):
        return Layer(name, k, c, kernel * kernel, out * batch, out, side * side * batch, source, added)

    yield conv("conv1", 64, 3, 7, 224, 112, None, "-")
    side, width, source = 56, 64, None
    for stage, (blocks, k) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)], 1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            out = side // 2 if block == 0 and stage > 1 else side
            project = width != k
            yield conv(name + ".conv1", k, width, 3, side, out, source, "-")
            yield conv(name + ".conv2", k, k, 3, out, out, name + ".conv1", "-" if project else source)
            if project:
                yield conv(name + ".downsample.0", k, width, 1, side, out, source, name + ".conv2")
            source = name + (".downsample.0" if project else ".conv2")
            side, width = out, k
    yield Layer("fc", 1000, 512, 1, 1, batch, batch, None, "-")


def bert(tokens, batch, blocks=4, width=128, heads=4):
    each, block_input = tokens * batch, None
    for block in range(blocks):
        name = f"bert.encoder.layer.{block}"

        def linear(part, k, c, source, added="-"):
            return Layer(f"{name}.{part}", k, c, 1, 1, each, each, source, added)

        for part in ("query", "key", "value"):
            yield linear("attention.self." + part, width, width, block_input)
        scores, head = name + ".attention.scores", width // heads
        yield Layer(scores, tokens, head, 1, 1, tokens, tokens, None, "-", heads * batch)
        yield Layer(name + ".attention.context", head, tokens, 1, 1, tokens, tokens, scores, "-", heads * batch)
        yield linear("attention.output.dense", width, width, None, block_input)
        yield linear("intermediate.dense", 4 * width, width, name + ".attention.output.dense")
        yield linear("output.dense", width, 4 * width, name + ".intermediate.dense", name + ".attention.output.dense")
        block_input = name + ".output.dense"


# net, size, its layers, batch, tokens given, file
RUNS = [
    ("resnet34", "full", lambda: resnet34(), 1, "", "model.resnet34.csv"),
    ("resnet34", "full", lambda: resnet34(3), 3, "", "model.resnet34.batch.csv"),
    ("bert_mrpc", "compact", lambda: bert(300, 2), 2, 300, "model.bert.csv"),
]


def place(layers):
    """Name -> set of layer numbers during which the layer's output is in the input buffer (its own number included)."""
    number = {layer.name: i for i, layer in enumerate(layers)}
    in_bytes = [layer.c * layer.in_px for layer in layers]
    out_bytes = {layer.name: layer.k * layer.lines * layer.width for layer in layers}
    held = {}
    for i, layer in enumerate(layers):
        name = layer.name
        users = [j for j, other in enumerate(layers) if name in (other.source, other.added)]
        held[name] = set()
        for end in ([users[-1], users[0]] if users else []):
            def room(j):
                used = out_bytes[name]
                others = {t for t in held if t != name and j in held[t] and number[t] < j}
                if j == i:  # a sum takes the place of a residual operand that dies here
                    others = {t for t in others
                              if not (t == layers[j].added and t != layers[j].source and j + 1 not in held[t])}
                used += sum(out_bytes[t] for t in others)
                source = layers[j].source
                if source != name and not (source in held and j in held[source]):
                    used += in_bytes[j]
                return used <= BUFFER
            if all(room(j) for j in range(i, end + 1)):
                held[name] = set(range(i, end + 1))
                break
    return held


def simulate(machine_name, net, size, layers, batch, tokens):
    m = MACHINES[machine_name]
    held = place(layers)
    for i, (name, k, c, positions, lines, width, in_px, source, added, heads) in enumerate(layers):
        pixels = lines * width
        whole = heads > 0 or (c == 3 and positions > 1)  # a product of attention; the layer that reads the image
        sensitive = k if whole else min(k, 32 * ceil(m["beta"] * k / 32))
        pruned = k - sensitive
        along_c = ceil(c / WEIGHTS_A_TILE) * positions
        whole_slices = ceil(positions / WEIGHTS_A_TILE) * c if positions > c else along_c
        row_tiles = [ceil(sensitive / m["rows"]), ceil(pruned / m["rows"])]
        steps = ceil(width / COLUMNS) * lines
        tiles = (row_tiles[0] * whole_slices + row_tiles[1] * along_c) * steps
        compute = (row_tiles[0] * whole_slices * 8 + row_tiles[1] * along_c * m["low"]) * steps
        value_bits = (sensitive * 8 + pruned * m["low"]) * c * positions
        groups = pruned * positions * ceil(c / 32)
        index_bits = k * ceil(log2(k)) if 0 < pruned < k else 0
        weights, meta = ceil(F(value_bits, 8)), ceil(F(groups * 8 + index_bits, 8))
        inputs, outputs = c * in_px, k * pixels

        here = lambda tensor: tensor in held and i in held[tensor]
        fetch_inputs = 0 if here(source) else inputs
        loads_w, loads_i = ceil(F(weights, BUFFER)), ceil(F(inputs, BUFFER))
        times_w = times_i = 1
        if loads_w > 1 and loads_i > 1:
            if (weights + meta) * loads_i + inputs < weights + meta + inputs * loads_w:
                times_w = loads_i
            else:
                times_i = loads_w
        fetch_inputs *= times_i
        residual_dram = outputs if added != "-" and not here(added) else 0
        residual_chip = outputs if added != "-" and here(added) else 0
        users = [j for j, layer in enumerate(layers) if name in (layer.source, layer.added)]
        kept = bool(held[name])
        to_dram = not users or not kept or users[-1] not in held[name]
        d_w, d_m, d_i, d_o = weights * times_w, meta * times_w, fetch_inputs + residual_dram, outputs if to_dram else 0
        dram = d_w + d_m + d_i + d_o
        dram_cycles = ceil(F(dram, DRAM_BYTES_A_CYCLE))

        w_read = ceil(F(steps * ((sensitive * whole_slices * 8 + pruned * along_c * m["low"]) * WEIGHTS_A_TILE + groups * 8), 8))
        i_read = (row_tiles[0] * whole_slices + row_tiles[1] * along_c) * pixels * WEIGHTS_A_TILE + residual_chip
        w_write, i_write = d_w + d_m, fetch_inputs + (outputs if kept else 0)
        w_bank, i_bank = SRAM[BUFFER // m["rows"]], SRAM[BUFFER // COLUMNS]
        pe = F(m["pe"]) * LAYOUT * m["rows"] * COLUMNS * compute
        register = LAYOUT * (F(m["w_reg"]) * m["rows"] * compute + (F(m["i_reg"]) + DISPATCHER) * COLUMNS * tiles)
        sram = (w_bank[0] * w_read + w_bank[1] * w_write + i_bank[0] * i_read + i_bank[1] * i_write) / 16
        cycles = max(compute, dram_cycles)
        leakage = (m["rows"] * w_bank[2] + COLUMNS * i_bank[2]) * PERIOD_NS * cycles
        idle = LAYOUT * m["rows"] * (F(m["pe"]) * COLUMNS + F(m["w_reg"])) * (cycles - compute)
        row = dict(
            net=net, size=size, accelerator=machine_name, layer=name, compute_cycles=compute,
            dram_cycles=dram_cycles, cycles=cycles, macs=k * c * positions * pixels,
            weights=k * c * positions, sensitive_channels=sensitive, channels=k,
            selection="none" if machine_name == "stripes" else "uniform-assumption", weight_bits=value_bits,
            dram_weight_bytes=d_w, dram_input_bytes=d_i, dram_output_bytes=d_o, dram_metadata_bytes=d_m,
            sram_weight_read_bytes=w_read, sram_input_read_bytes=i_read, sram_weight_write_bytes=w_write,
            sram_input_write_bytes=i_write, energy_pe_pj=pe, energy_register_pj=register, energy_sram_pj=sram,
            energy_on_chip_pj=pe + register + sram, energy_dram_pj=F(dram * 1000, 8),
            energy_total_pj=pe + register + sram + F(dram * 1000, 8), setting="", weights_source="none",
            activation_density="", density_source="", compute_cycles_error=0, useful_percent="", intra_pe_stall_percent="",
            inter_pe_stall_percent="", energy_leakage_pj=leakage, energy_idle_pj=idle, energy_table="bitsim",
            configuration="paper", batch=batch, tokens=tokens, tiles=tiles, groups="", context="", cache_bits="")
        if heads:  # the row is of all heads; a product has no weights
            row = {key: value if isinstance(value, str) or key in ("batch", "tokens") else heads * value
                   for key, value in row.items()}
            row.update(weights=0, channels=0, sensitive_channels=0, weight_bits=0)
        yield row


def total_of(rows):
    same = ("batch", "tokens")
    total = {key: sum(row[key] for row in rows) if not isinstance(value, str) and key not in same else value
             for key, value in rows[0].items()}
    return {**total, "layer": "total"}


def text(row, key):
    if key == "weight_bits":
        return "%.9g" % float(F(row[key], row["weights"])) if row["weights"] else ""
    return "%.9g" % float(row[key]) if key.endswith("_pj") else row[key]


def main(folder):
    for net, size, layers, batch, tokens, file in RUNS:
        with open(f"{folder}/{file}", "w", newline="") as stream:
            writer = None
            for machine in MACHINES:
                rows = list(simulate(machine, net, size, list(layers()), batch, tokens))
                for row in rows + [total_of(rows)]:
                    if writer is None:
                        writer = csv.DictWriter(stream, row.keys(), lineterminator="\n")
                        writer.writeheader()
                    writer.writerow({key: text(row, key) for key in row})


main(sys.argv[1])
