# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the times of peers.sh: report.py RUNS.csv RATES.csv OURS THEIRS PROCESSOR CPUS CACHES KERNEL LOAD

RUNS.csv has a line for each time that was taken: milliseconds a sample, or for `limit` a rate in G operations/s. RATES.csv
gets one line for each network, engine, number of threads and batch (engines.gp). A multiplication with its addition is two
operations; Winograd's convolution counts as the direct one, so its share may be above 1."""
import csv
import datetime
import statistics
import sys

TITLES = {"onnx": "ONNX Runtime", "fast": "ours", "winograd": "ours, Winograd", "stock": "stock Darknet", "int8": "ours, int8",
          "onnx8": "ONNX Runtime, int8"}
FLOATS = ("onnx", "fast", "winograd", "stock")
LIMIT_OF = {engine: "sgemm" if engine in FLOATS else "product" for engine in TITLES}
PAIRS = (("onnx", "fast"), ("onnx", "winograd"), ("onnx", "int8"), ("onnx8", "int8"), ("stock", "fast"))
COLUMNS = ("net", "engine", "threads", "batch", "repeats", "best_ms", "median_ms", "mega_mac", "giga_ops", "limit_giga_ops",
           "share")


def read(path):
    values, logits = {}, {}
    with open(path, encoding="ascii") as stream:
        for row in csv.DictReader(stream):
            key = row["net"], row["engine"], int(row["threads"]), int(row["batch"])
            values.setdefault(key, []).append(float(row["value"]))
            logits[key] = float(row["logit"])
    return values, logits


def rates(values):
    """One dict for each network, engine, number of threads and batch, in the order of the file."""
    rows = []
    for (net, engine, threads, batch), times in values.items():
        if net == "limit" or engine == "work":
            continue
        work, best = values[net, "work", 1, 1][0], min(times)
        limit = max(values["limit", LIMIT_OF[engine], threads, 1])
        rate = 2 * work / best  # 1e6 multiplications in 1e-3 s: 2e9 operations a second
        rows.append({"net": net, "engine": engine, "threads": threads, "batch": batch, "repeats": len(times), "best_ms": best,
                     "median_ms": statistics.median(times), "mega_mac": work, "giga_ops": rate, "limit_giga_ops": limit,
                     "share": rate / limit})
    return rows


def check(logits):
    """The float engines must give the same first logit, in every batch."""
    wanted = {net: logit for (net, engine, _, _), logit in logits.items() if engine == "onnx"}
    for (net, engine, threads, batch), logit in logits.items():
        if engine in FLOATS and not abs(logit - wanted[net]) <= 1e-3:
            sys.exit(f"{net}: logits differ: {engine}, {threads} threads, batch {batch}: {logit}; ONNX Runtime {wanted[net]}")


def write(path, rows):
    with open(path, "w", encoding="ascii", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([f"{row[c]:.6g}" if isinstance(row[c], float) else row[c] for c in COLUMNS])


def ratios(rows):
    """How many times as fast, a line for each network, batch and number of threads."""
    by = {(row["net"], row["engine"], row["threads"], row["batch"]): row["best_ms"] for row in rows}
    print("| network | batch | threads | " + " | ".join(f"{TITLES[b]} : {TITLES[a]}" for a, b in PAIRS) + " |")
    print("|---|---|---|" + "---|" * len(PAIRS))
    nets = list(dict.fromkeys(row["net"] for row in rows))
    for net, batch, threads in sorted({(row["net"], row["batch"], row["threads"]) for row in rows},
                                      key=lambda key: (nets.index(key[0]), *key[1:])):
        cells = []
        for theirs, ours in PAIRS:
            a, b = by.get((net, theirs, threads, batch)), by.get((net, ours, threads, batch))
            cells.append(f"{a / b:.2f}" if a and b else "NOT RUN")
        print(f"| {net} | {batch} | {threads} | " + " | ".join(cells) + " |")


def times(rows):
    print("| network | engine | threads | batch | N | best ms | median ms | G operations/s | share of the limit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['net']} | {TITLES[row['engine']]} | {row['threads']} | {row['batch']} | {row['repeats']} | "
              f"{row['best_ms']:.2f} | {row['median_ms']:.2f} | {row['giga_ops']:.1f} | {100 * row['share']:.0f} % |")


def busy(load):
    return "" if float(load) < 0.5 else ": other programs were running, so these times are too long"


def main(runs, target, ours, theirs, processor, cpus, caches, kernel, load):
    values, logits = read(runs)
    check(logits)
    rows = rates(values)
    write(target, rows)
    limits = {key[1:3]: max(taken) for key, taken in values.items() if key[0] == "limit"}
    print("# Engines, beside ONNX Runtime and stock Darknet\n")
    print(f"Written by `make bench-peers` on {datetime.datetime.now(datetime.timezone.utc).date()}. Processor {processor}, {cpus} "
          f"processors; caches in bytes: {caches}. Kernel {kernel}. {ours}; {theirs}. Load before the run: {load}{busy(load)}.\n")
    print("Limits, G operations/s (2048 x 2048 x 2048 products of oneDNN, best of all rounds, one product a thread): "
          + "; ".join(f"{'float32' if name == 'sgemm' else 'u8 by s8'}, {threads} thread{'s' * (threads > 1)}: {rate:.0f}"
                      for (name, threads), rate in limits.items()) + ".\n")
    print("Full-size networks, weights by formula. Text: 122 tokens. Winograd's sums round otherwise than those of the direct form. "
          "With two threads ONNX Runtime splits each batch, and each thread of ours computes a batch of its own.\n")
    print("## How many times as fast\n\nBest against best; int8 is the integer mode (W8A8).\n")
    ratios(rows)
    print("\n## Times\n\nMilliseconds a sample: best and median of N repeats in rounds in which the engines take turns; share of the "
          "limit at the best.\n")
    times(rows)
    if not any(row["engine"] == "onnx8" for row in rows):
        print("\nONNX Runtime, int8: NOT RUN: tests/peers/quantise.py needs python3-onnx.")


if __name__ == "__main__":
    main(*sys.argv[1:])
