# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the times of peers.sh: report.py RUNS.csv RATES.csv OURS THEIRS PROCESSOR CPUS CACHES KERNEL

RUNS.csv has a line for each time that was taken: milliseconds a sample, or for `limit` a rate in G operations/s. RATES.csv
gets one line for each network, engine and number of threads (engines.gp). A multiplication with its addition is two
operations; Winograd's convolution counts as the direct one, so its share may be above 1."""
import csv
import datetime
import statistics
import sys

TITLES = {"onnx": "ONNX Runtime", "fast": "ours", "winograd": "ours, Winograd", "stock": "stock Darknet", "int8": "ours, int8", "onnx8": "ONNX Runtime, int8"}
LIMIT_OF = {"onnx": "sgemm", "fast": "sgemm", "winograd": "sgemm", "stock": "sgemm", "int8": "product", "onnx8": "product"}
COLUMNS = ("net", "engine", "threads", "repeats", "best_ms", "median_ms", "mega_mac", "giga_ops", "limit_giga_ops", "share")


def read(path):
    values, logits = {}, {}
    with open(path, encoding="ascii") as stream:
        for row in csv.DictReader(stream):
            key = row["net"], row["engine"], int(row["threads"])
            values.setdefault(key, []).append(float(row["value"]))
            logits[key] = float(row["logit"])
    return values, logits


def rates(values):
    """One dict for each network, engine and number of threads, in the order of the file."""
    rows = []
    for (net, engine, threads), times in values.items():
        if net == "limit" or engine == "work":
            continue
        work, best = values[net, "work", 1][0], min(times)
        limit = max(values["limit", LIMIT_OF[engine], threads])
        rate = 2 * work / best  # 1e6 multiplications in 1e-3 s: 2e9 operations a second
        rows.append({"net": net, "engine": engine, "threads": threads, "repeats": len(times), "best_ms": best,
                     "median_ms": statistics.median(times), "mega_mac": work, "giga_ops": rate, "limit_giga_ops": limit,
                     "share": rate / limit})
    return rows


def check(logits):
    """The float engines must give the same first logit."""
    for (net, engine, threads), logit in logits.items():
        if engine in ("fast", "winograd", "stock") and abs(logit - logits[net, "onnx", 1]) > 1e-3:
            sys.exit(f"{net}: logits differ: {engine} {logit}, ONNX Runtime {logits[net, 'onnx', 1]}")


def write(path, rows):
    with open(path, "w", encoding="ascii", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([f"{row[c]:.6g}" if isinstance(row[c], float) else row[c] for c in COLUMNS])


def summary(rows):
    """One line a network: what the issue asks."""
    by = {(row["net"], row["engine"], row["threads"]): row["best_ms"] for row in rows}
    nets = list(dict.fromkeys(row["net"] for row in rows))
    engines = [("onnx", "fast"), ("onnx", "winograd"), ("onnx", "int8"), ("onnx8", "int8"), ("stock", "fast")]
    print("| network | threads | " + " | ".join(f"{TITLES[b]} : {TITLES[a]}" for a, b in engines) + " |")
    print("|---|---|" + "---|" * len(engines))
    for net in nets:
        for threads in (1, 2):
            cells = []
            for theirs, ours in engines:
                a, b = by.get((net, theirs, threads)), by.get((net, ours, threads))
                cells.append(f"{a / b:.2f}" if a and b else "NOT RUN")
            if cells.count("NOT RUN") < len(cells):
                print(f"| {net} | {threads} | " + " | ".join(cells) + " |")


def main(runs, target, ours, theirs, processor, cpus, caches, kernel):
    values, logits = read(runs)
    check(logits)
    rows = rates(values)
    write(target, rows)
    limits = {key[1:]: max(times) for key, times in values.items() if key[0] == "limit"}
    print(f"Processor {processor}, {cpus} processors; caches in bytes: {caches}. Kernel {kernel}. {ours}; {theirs}. "
          f"{datetime.date.today()}.\n")
    print("Limits, G operations/s (2048 x 2048 x 2048 products of oneDNN, best of all rounds, one product a thread): "
          + "; ".join(f"{'float32' if name == 'sgemm' else 'u8 by s8'}, {threads} thread{'s' * (threads > 1)}: {rate:.0f}"
                      for (name, threads), rate in limits.items()) + ".\n")
    print("How many times as fast, best against best; batch 1. With two threads ONNX Runtime splits each sample, ours computes "
          "two samples at a time. Text: 122 tokens.\n")
    summary(rows)
    print("\nBatches of more than one sample: NOT RUN; our engine runs each sample by itself.")
    print("\nMilliseconds a sample: best and median of N repeats in rounds that take turns; share of the limit at the best.\n")
    print("| network | engine | threads | N | best ms | median ms | G operations/s | share of the limit |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['net']} | {TITLES[row['engine']]} | {row['threads']} | {row['repeats']} | {row['best_ms']:.2f} | "
              f"{row['median_ms']:.2f} | {row['giga_ops']:.1f} | {100 * row['share']:.0f} % |")
    if not any(row["engine"] == "onnx8" for row in rows):
        print("\nONNX Runtime, int8: NOT RUN: tests/peers/quantise.py needs python3-onnx.")


if __name__ == "__main__":
    main(*sys.argv[1:])
