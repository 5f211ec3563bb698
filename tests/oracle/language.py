#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Language models on the accelerator models, restated in plain Python: writes the vectors of tests/unit/test_language_model.c.

Stripes and BitVert (cons, mod; every channel pruned) on models of the Llama family: matrices, attention, embedding, head. Shapes
and constants stand here a second time. Every layer reads its inputs from DRAM and writes its outputs there, except that scores
stay on chip where they fit, so no placement is needed.
    python3 tests/oracle/language.py tests/data/language.csv
"""
import csv
import sys
from fractions import Fraction as F

BUFFER, DRAM_BYTES_A_CYCLE, COLUMNS, SLICE = 262144, 16, 16, 16
LAYOUT, DISPATCHER = F("1.5"), F("0.072625")
SRAM = {8192: (F("4.3053"), F("7.06537")), 16384: (F("6.08131"), F("11.671"))}  # CACTI 7: pJ a read and a write of 16 bytes
DESIGNS = {
    "stripes": dict(rows=16, bits=8, meta=0, pe="0.28125", w_reg="0.46", i_reg="0.53"),
    "bitvert-cons": dict(rows=32, bits=6, meta=8, pe="0.25", w_reg="0.6025", i_reg="0.53"),
    "bitvert-mod": dict(rows=32, bits=4, meta=8, pe="0.25", w_reg="0.6025", i_reg="0.53"),
}
MODELS = {  # blocks, width, hidden, heads, heads of keys, words: config.json
    "llama3_8b": (32, 4096, 14336, 32, 8, 128256),
    "llama3_2_3b": (28, 3072, 8192, 24, 8, 128256),
    "llama2_7b": (32, 4096, 11008, 32, 32, 32000),
    "tinyllama_1b": (22, 2048, 5632, 32, 4, 32000),
    "smollm_135m": (30, 576, 1536, 9, 3, 49152),
}
CASES = [  # model, phase, tokens, batch, contexts, bits of a key or value
    ("llama3_8b", "prefill", 2048, 1, [2048], 8),
    ("llama3_8b", "prefill", 8192, 1, [8192], 8),
    ("llama3_8b", "decode", 1, 1, [128, 4096, 65536, 131072], 8),
    ("llama3_8b", "decode", 1, 16, [128, 131072], 8),
    ("llama3_2_3b", "decode", 1, 1, [8192], 8),
    ("llama2_7b", "prefill", 2048, 1, [2048], 8),
    ("llama2_7b", "decode", 1, 1, [4096], 8),
    ("tinyllama_1b", "decode", 1, 1, [2048], 8),
    ("smollm_135m", "prefill", 2048, 1, [2048], 8),
    ("smollm_135m", "decode", 1, 1, [512], 8),
]
MORE_CACHE = [("llama3_8b", "decode", 1, 1, [128, 131072], 16)]  # attention alone


def up(a, b):
    return -(-a // b)


def layer(d, k, c, vectors, *, bits, meta, stored=None, input_on_chip=False, output_to_dram=True, output_on_chip=False):
    """Counts of one layer; `stored`: bytes of the second operand where they do not follow from the shape."""
    tiles = up(k, d["rows"]) * up(c, SLICE) * up(vectors, COLUMNS)
    weights = up(k * c * bits, 8) if stored is None else stored
    metadata = k * up(c, 32) * meta // 8
    inputs, outputs = c * vectors, k * vectors
    w_times = i_times = 1
    if weights > BUFFER and inputs > BUFFER:
        if (weights + metadata) * up(inputs, BUFFER) + inputs < weights + metadata + inputs * up(weights, BUFFER):
            w_times = up(inputs, BUFFER)
        else:
            i_times = up(weights, BUFFER)
    fetched = 0 if input_on_chip else inputs * i_times
    steps = up(vectors, COLUMNS)
    count = dict(macs=k * c * vectors, compute_cycles=tiles * bits, tiles=tiles, dram_weight_bytes=weights * w_times,
                 dram_metadata_bytes=metadata * w_times, dram_input_bytes=fetched,
                 dram_output_bytes=outputs if output_to_dram else 0,
                 w_read=up(steps * (k * up(c, SLICE) * SLICE * bits + metadata * 8), 8),
                 i_read=up(k, d["rows"]) * up(c, SLICE) * SLICE * vectors, w_write=(weights + metadata) * w_times,
                 i_write=fetched + (outputs if output_on_chip else 0))
    count["dram_cycles"] = up(sum(count[f"dram_{what}_bytes"] for what in ("weight", "metadata", "input", "output")),
                              DRAM_BYTES_A_CYCLE)
    count["cycles"] = max(count["compute_cycles"], count["dram_cycles"])
    return count


def total(parts):
    """Sum of (times, counts)."""
    return {key: sum(times * count[key] for times, count in parts) for key in parts[0][1]}


def matrices(d, model, vectors):
    blocks, width, hidden, heads, key_heads, _ = MODELS[model]
    keys = width // heads * key_heads
    shapes = [(width, width), (keys, width), (keys, width), (width, width), (hidden, width), (hidden, width), (width, hidden)]
    return total([(blocks, layer(d, k, c, vectors, bits=d["bits"], meta=d["meta"])) for k, c in shapes])


def attention(d, model, tokens, batch, context, cache):
    blocks, width, _, heads, key_heads, _ = MODELS[model]
    head, vectors = width // heads, tokens * (heads // key_heads)
    seen = up(sum(context - tokens + 1 + i for i in range(tokens)), tokens)  # keys that a token attends to, in the mean
    parts = up(seen * vectors, BUFFER // 2) if tokens == 1 else 1
    keys, stored = up(seen, parts), up(context, parts) * head * cache // 8
    fits = keys * vectors + head * vectors <= BUFFER  # the scores, with the queries before them or the results behind
    scores = layer(d, keys, head, vectors, bits=8, meta=0, stored=stored, output_to_dram=not fits, output_on_chip=fits)
    result = layer(d, head, keys, vectors, bits=8, meta=0, stored=stored, input_on_chip=fits)
    return total([(blocks * key_heads * batch * parts, each) for each in (scores, result)])


def embedding(model, vectors):
    width = MODELS[model][1]
    count = {key: 0 for key in layer(DESIGNS["stripes"], 1, 1, 1, bits=8, meta=0)}
    count.update(dram_weight_bytes=width * vectors, dram_input_bytes=4 * vectors, dram_output_bytes=width * vectors,
                 w_write=width * vectors, i_write=4 * vectors)
    count["cycles"] = count["dram_cycles"] = up(2 * width * vectors + 4 * vectors, DRAM_BYTES_A_CYCLE)
    return count


def energies(d, n):
    w_bank, i_bank = SRAM[BUFFER // d["rows"]], SRAM[BUFFER // COLUMNS]
    pe = F(d["pe"]) * LAYOUT * d["rows"] * COLUMNS * n["compute_cycles"]
    register = LAYOUT * (F(d["w_reg"]) * d["rows"] * n["compute_cycles"] + (F(d["i_reg"]) + DISPATCHER) * COLUMNS * n["tiles"])
    sram = (w_bank[0] * n["w_read"] + w_bank[1] * n["w_write"] + i_bank[0] * n["i_read"] + i_bank[1] * n["i_write"]) / 16
    moved = sum(n[f"dram_{what}_bytes"] for what in ("weight", "metadata", "input", "output"))
    return dict(energy_on_chip_pj=pe + register + sram, energy_dram_pj=F(moved * 1000, 8))


def rows():
    for attention_alone, cases in ((False, CASES), (True, MORE_CACHE)):
        for model, phase, tokens, batch, contexts, cache in cases:
            width, words = MODELS[model][1], MODELS[model][5]
            for name, d in DESIGNS.items():
                parts = [("attention", context, cache, attention(d, model, tokens, batch, context, cache)) for context in contexts]
                if not attention_alone:
                    parts += [("matrices", 0, 0, matrices(d, model, tokens * batch)),
                              ("embedding", 0, 0, embedding(model, tokens * batch)),
                              ("head", 0, 0, layer(d, words, width, batch, bits=8, meta=0))]
                for part, context, bits, n in parts:
                    kept = {key: n[key] for key in ("macs", "dram_weight_bytes", "dram_metadata_bytes", "dram_input_bytes",
                                                    "dram_output_bytes", "compute_cycles", "dram_cycles", "cycles")}
                    pj = {key: "%.9g" % float(value) for key, value in energies(d, n).items()}
                    yield dict(net=model, phase=phase, tokens=tokens, batch=batch, context=context, cache_bits=bits, part=part,
                               accelerator=name, **kept, **pj)


def main(path):
    all_rows = list(rows())
    with open(path, "w", newline="") as stream:
        writer = csv.DictWriter(stream, all_rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(all_rows)


main(sys.argv[1])
