#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an evaluation in units takes on 1 to 1,024 cores: the table of docs/cluster.md, computed from measured costs.

    docs/slurm/scaling.py [docs/slurm/costs.csv] [--methods 32] [--samples 50000] [--overhead 3] [--node 32] [--start 1] [--cores 1,2,...]

The model. A core computes one unit at a time. Units are cut as `bbsbench plan` cuts them: the references int8 and fp32 of a
range of samples are one unit, each other method is one; a range is so large that loading and compressing take at most
--overhead per cent of the unit. Units start in the order of the plan on the core that is free first. The units of methods
start when all those of references have ended, as docs/slurm/submit.sh has it. A unit takes --start seconds to be started
(an assumption about the scheduler, not measured), loads its network, compresses (or reads what another unit of the same network
and method has left on its node of --node cores), hashes the files of its samples once for each network, and answers its samples. The
merge follows on one core: it loads each network, hashes the files of the samples twice (as a whole and range by range) and reads the answers. A network answers at the same speed on every core, however many are busy: memory and the file
system have no limits in this model. Efficiency is the time of one process that loads each network once and compresses each method
once, over cores times wall time.
"""
import argparse
import csv
import heapq
import math
import os

HERE = os.path.dirname(os.path.abspath(__file__))


COLUMNS = ("sample_seconds", "load_seconds", "compress_seconds", "kept_seconds", "sample_bytes")


def read_costs(path):
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    return [{"net": row["net"], **{key: float(row[key]) for key in COLUMNS}}
            for row in csv.DictReader(lines)]


def cut(cost, samples, overhead):
    """Samples of each range: as few ranges as keep what is fixed below the share."""
    fixed = cost["load_seconds"] + cost["compress_seconds"]
    parts = max(1, min(samples, math.floor(samples * cost["sample_seconds"] / (fixed * 100 / overhead))))
    return [samples * (i + 1) // parts - samples * i // parts for i in range(parts)]


def units(costs, options):
    """Two waves of (network, method, answer seconds, compressions)."""
    waves = [[], []]
    for number, cost in enumerate(costs):
        for size in cut(cost, options.samples, options.overhead):
            hashing = size * hash_seconds(cost, options)
            waves[0].append((number, "references", 2 * size * cost["sample_seconds"] + hashing))
            waves[1] += [(number, method, size * cost["sample_seconds"] + hashing) for method in range(options.methods - 2)]
    return waves


def hash_seconds(cost, options):
    return cost["sample_bytes"] / options.hash


def merge_seconds(costs, options):
    return sum(cost["load_seconds"] + options.samples * (2 * hash_seconds(cost, options) + options.methods * options.read) for cost in costs)


def wall_seconds(costs, waves, cores, options):
    """List scheduling, with one barrier; and the processor time that all units take."""
    begin = spent = 0.0
    kept = set()  # (node, network, method)
    for wave in waves:
        free = [(begin, core) for core in range(cores)]
        for number, method, answers in wave:
            at, core = heapq.heappop(free)
            key = (core // options.node, number, method)
            compress = costs[number]["kept_seconds"] if key in kept else costs[number]["compress_seconds"]
            kept.add(key)
            took = options.start + costs[number]["load_seconds"] + compress + answers
            spent += took
            heapq.heappush(free, (at + took, core))
        begin = max(at for at, _ in free)
    return begin, spent


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("costs", nargs="?", default=os.path.join(HERE, "costs.csv"))
    parser.add_argument("--methods", type=int, default=32)
    parser.add_argument("--samples", type=int, default=50000)
    parser.add_argument("--overhead", type=float, default=3.0, help="per cent of a unit")
    parser.add_argument("--node", type=int, default=32, help="cores of a node, which share compressed weights")
    parser.add_argument("--start", type=float, default=1.0, help="seconds until a unit is started (an assumption)")
    parser.add_argument("--read", type=float, default=7e-6, help="seconds to read a sample's answer in the merge (measured: docs/cluster.md)")
    parser.add_argument("--hash", type=float, default=262e6, help="bytes of files that are hashed in a second (measured)")
    parser.add_argument("--cores", default="1,2,4,8,16,32,64,128,256,512,1024")
    options = parser.parse_args()
    costs = read_costs(options.costs)
    waves = units(costs, options)
    alone = sum(cost["load_seconds"] + options.methods * (cost["compress_seconds"] + options.samples * cost["sample_seconds"]) for cost in costs)
    merge = merge_seconds(costs, options)
    print(f"{len(costs)} networks x {options.methods} methods x {options.samples:,} samples, {len(waves[0]) + len(waves[1]):,} units; "
          f"one process: {duration(alone)}.\n")
    print("| cores | units | merge | in all | efficiency |\n|---:|---:|---:|---:|---:|")
    for cores in map(int, options.cores.split(",")):
        wall, _ = wall_seconds(costs, waves, cores, options)
        print(f"| {cores:,} | {duration(wall)} | {duration(merge)} | {duration(wall + merge)} | {100 * alone / cores / (wall + merge):.1f} % |")


if __name__ == "__main__":
    main()
