#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate counts of `bbsbench area` beside a synthesis of the same PEs, written in Verilog in this folder (`make synthesis`).

Each PE is simulated on random dot products by Icarus Verilog, as it is written and again as the cells that Yosys made of it,
so that only a PE that computes rightly has a size. Yosys maps to Debian's open library of OSU (0.18 um) for least area, with
the ripple-carry adders that area.c counts; no clock is given. The second size is that of Yosys' standard script, which has
faster adders and maps for speed: the two show how far a size depends on the tool's settings.

    python3 tests/synthesis/synthesise.py build/bbsbench build/synthesis

Ends with an error when a PE computes wrongly, loses a flip-flop, or has another size than its row synthesis.NAME.gates of
bench/accel/technology.csv.
"""
import csv
import os
import random
import re
import shutil
import subprocess
import sys

from pes import PES, WITHOUT_CONSTANT

HERE = os.path.dirname(os.path.abspath(__file__))
OSU = os.environ.get("OSU018", "/usr/share/qflow/tech/osu018/osu018_stdcells")
DOT_PRODUCTS, SEED, ACCUMULATOR = 40, 5, 24
SMALL = "+strash;ifraig;scorr;dc2;dch,-f;map,-a"


def fail(text):
    sys.exit("error: synthesis: " + text)


def run(command):
    """In this folder: names that Yosys makes of paths, and with them its results, must not depend on where it lies."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=HERE)
    if done.returncode != 0:
        fail("%s failed:\n%s" % (command[0], done.stdout[-2000:]))
    return done.stdout


def need_tools():
    files = [OSU + ".lib", OSU + ".v"]
    missing = [name for name in ("yosys", "iverilog", "vvp") if not shutil.which(name)]
    missing += [name for name in files if not os.path.exists(name)]
    if missing:
        fail("%s not found; install the Debian packages with\n"
             "    apt-get install --no-install-recommends yosys iverilog qflow-tech-osu018" % ", ".join(missing))


# ===  Simulation  ===

def vectors(pe, drawing):
    """One line a cycle for testbench.v. A dot product begins with an idle cycle. The step of cycle t has its direct ports in
    t + 1, reaches the accumulator in t + 2 and can be seen in t + 3."""
    ports = dict(pe.ports, load=1, start=ACCUMULATOR)
    cycles = []

    def at(cycle):
        while len(cycles) <= cycle:
            cycles.append({})
        return cycles[cycle]

    time = 0
    for _ in range(DOT_PRODUCTS):
        total = drawing.randint(-1000000, 1000000)
        at(time + 2).update(load=1, start=total)
        time += 1
        for _ in range(drawing.randint(1, 8)):
            weights = pe.draw(drawing)
            activations = [drawing.randint(-127, 127) for _ in range(pe.group)]
            if drawing.random() < 0.25:
                activations = [drawing.choice((-127, 127))] * pe.group
            total += pe.product(weights, activations)
            for registered, direct in pe.steps(weights, activations):
                at(time).update(registered)
                at(time + 1).update(direct)
                time += 1
        at(time + 2)["expected"] = total
    for cycle in cycles:
        number, place = 0, 0
        for name, bits in ports.items():
            number |= (cycle.get(name, 0) & (1 << bits) - 1) << place
            place += bits
        yield "%x %d %x" % (number, "expected" in cycle, cycle.get("expected", 0) & (1 << ACCUMULATOR) - 1)


def simulate(pe, design, sources, folder):
    """Compare the accumulator with every dot product; `design` is the module, with parameters or mapped to cells."""
    ports, place = [], 0
    for name, bits in dict(pe.ports, load=1, start=ACCUMULATOR).items():
        ports.append(".%s(in[%d:%d])" % (name, place + bits - 1, place))
        place += bits
    lines, program = os.path.join(folder, "vectors.txt"), os.path.join(folder, "simulation")
    with open(lines, "w") as file:
        file.write("\n".join(vectors(pe, random.Random(SEED))) + "\n")
    run(["iverilog", "-g2005", "-o", program, "-DDESIGN=" + design, "-DBITS=%d" % place, "-DPORTS=" + ", ".join(ports),
         '-DVECTORS="%s"' % lines, "testbench.v"] + sources)
    said = run(["vvp", program]).strip()
    if said != "equal: %d" % DOT_PRODUCTS:
        fail("%s (%s): %s" % (pe.name, design, said))


# ===  Synthesis  ===

def cell_area(name):
    with open(OSU + ".lib") as file:
        return float(re.search(r"cell \(%s\) \{.*?area : ([0-9.]+);" % name, file.read(), re.S).group(1))


def synthesise(pe, sources, netlist, small):
    """Map a PE to cells. Returns its area in NAND2 and its flip-flops."""
    adders = "; ".join(("synth -noalumacc -flatten -top {top} -run begin:fine", "opt -fast -full",
                        "techmap -map ripple.v -map +/techmap.v", "opt -full"))
    script = "; ".join(("read_verilog " + " ".join(sources), "{parameters}", adders if small else "synth -flatten -top {top}",
                        "dfflibmap -liberty {osu}.lib", "abc -liberty {osu}.lib" + (" -script " + SMALL) * small,
                        "opt_clean", "rename -top {top}", "stat -liberty {osu}.lib", "write_verilog -noattr " + netlist))
    parameters = " ".join("-set %s %d" % pair for pair in pe.parameters.items())
    said = run(["yosys", "-Q", "-p", script.format(
        top=pe.module, osu=OSU, parameters="chparam %s %s" % (parameters, pe.module) if parameters else "")])
    area = float(re.findall(r"Chip area for.*: ([0-9.]+)", said)[-1])
    return area / cell_area("NAND2X1"), sum(map(int, re.findall(r"^ +DFF\w+ +(\d+)$", said, re.M)))


def measure(pe, folder):
    sources = ["parts.v", pe.module + ".v"]
    netlist = os.path.join(folder, pe.module + "_cells.v")
    parameters = ", ".join(".%s(%d)" % pair for pair in pe.parameters.items())
    simulate(pe, pe.module + (" #(%s)" % parameters if parameters else ""), sources, folder)
    standard, _ = synthesise(pe, sources, netlist, small=False)
    small, flip_flops = synthesise(pe, sources, netlist, small=True)
    simulate(pe, pe.module, [netlist, OSU + ".v"], folder)
    return small, standard, flip_flops


# ===  Report  ===

def counted(bbsbench, folder):
    """NAND2 and flip-flops of each PE, by `bbsbench area`."""
    path = os.path.join(folder, "area.csv")
    run([bbsbench, "area", "--out", path])
    with open(path) as file:
        return {row["pe"]: (float(row["gates_nand2"]), int(row["register_bits"])) for row in csv.DictReader(file)}


def committed():
    with open(os.path.join(HERE, "../../bench/accel/technology.csv")) as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def versions():
    yosys = re.search(r"Yosys \S+", run(["yosys", "-V"])).group()
    return yosys + ", " + os.path.basename(OSU) + ".lib"


def main():
    if len(sys.argv) != 3:
        fail("usage: synthesise.py BBSBENCH FOLDER")
    need_tools()
    bbsbench, folder = map(os.path.abspath, sys.argv[1:])
    os.makedirs(folder, exist_ok=True)
    by_area, rows, differences, first = counted(bbsbench, folder), committed(), [], None
    print("%s; each PE gave %d right dot products, as written and as cells\n"
          "%-44s %-32s relative to Stripes" % (versions(), DOT_PRODUCTS, "", "size in NAND2 equivalents"))
    line = "%-31s %10s %10s %10s %10s %10s %10s"
    print(line % ("PE", "flip-flops", "counted", "synthesis", "standard", "counted", "synthesis"))
    for pe in PES + [WITHOUT_CONSTANT]:
        small, standard, flip_flops = measure(pe, folder)
        count, bits = by_area.get(pe.name, (None, flip_flops))
        first = first or (count, small)
        print(line % (pe.name, flip_flops, "%.0f" % count if count else "-", "%.0f" % small, "%.0f" % standard,
                      "%.2f" % (count / first[0]) if count else "-", "%.2f" % (small / first[1])), flush=True)
        if bits != flip_flops:
            differences.append("%s: %d flip-flops, `area` counts %d" % (pe.name, flip_flops, bits))
        row = rows.get("synthesis.%s.gates" % pe.name)
        if count and row != round(small):
            differences.append("%s: %.0f NAND2, technology.csv has %s" % (pe.name, small, row))
    if differences:
        fail("not as committed (another version of Yosys or of the library gives other sizes):\n" + "\n".join(differences))


if __name__ == "__main__":
    main()
