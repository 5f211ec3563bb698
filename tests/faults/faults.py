# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong at the worst moment: faults.py PROGRAM INTERPOSER [PART...]

Parts: kill, memory, disk, damage. FAULTS (default 4) is the number of moments, allocations, writes or damages that are
tried for each command or file; SEED (default 1) draws them. Prints TAP. After a fault a command either ends well with the
right files, or with one line "error: ..." and a code that is no crash; a file is right or absent, never another."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, INTERPOSER = (os.path.abspath(path) for path in sys.argv[1:3])
FAULTS = int(os.environ.get("FAULTS", "4"))
RANDOM = random.Random(int(os.environ.get("SEED", "1")))
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bbs-faults-"))
NETWORK = os.path.abspath("models/compact/vgg16.safetensors")
count = failed = 0


def report(name, problems, tried):
    """One line of TAP; the first problems below it."""
    global count, failed
    count += 1
    failed += bool(problems)
    print(f"{'not ok' if problems else 'ok'} {count} - {name}: {tried} tried, {len(problems)} wrong", flush=True)
    for problem in problems[:5]:
        print("#", problem)


def bbsbench(*arguments, fault=None, where=None):
    environment = dict(os.environ, **({"LD_PRELOAD": INTERPOSER, **fault} if fault else {}))
    return subprocess.run([PROGRAM, *map(str, arguments)], env=environment, cwd=where, capture_output=True, timeout=600)


def content(folder):
    """The files of a folder by name. The lock is no result; run.json and report hold times."""
    skipped = {"run.lock", "run.json"}
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name not in skipped}


def wrong(result, folder, expected, partial):
    """Why the end of a command is wrong, or None. partial: files that were finished before the fault may be there."""
    errors = [line for line in result.stderr.decode(errors="replace").splitlines() if line.startswith("error: ")]
    found = content(folder)
    if result.returncode < 0 or result.returncode > 3:
        return f"ended with {result.returncode}: {result.stderr[-300:]!r}"
    if result.returncode == 0:
        return None if found == expected else f"ended well with other files: {differing(found, expected)}"
    if len(errors) != 1:
        return f"{len(errors)} error lines: {result.stderr[-300:]!r}"
    other = differing(found, expected) if partial else sorted(found)
    return f"{other} after {errors[0]}" if other else None


def differing(found, expected):
    return sorted(name for name, data in found.items() if expected.get(name) != data)


# ===  Commands  ===

def make_inputs():
    bbsbench("compress", NETWORK, WORK / "ra.safetensors", "--method", "ra")
    bbsbench("pack", WORK / "ra.safetensors", WORK / "ra.bbs")
    bbsbench("run", "--smoke", "--only", "table4,table5", "--out", WORK / "run")
    assert (WORK / "ra.bbs").exists() and (WORK / "run" / "table5.csv").exists()


def commands():
    """Name, and a function of an empty folder that gives the arguments. The run is copied into the folder for `report`."""
    def report_of(folder):
        shutil.copytree(WORK / "run", folder, dirs_exist_ok=True)
        return ["report", folder]
    return {
        "quantize": lambda out: ["quantize", NETWORK, out / "q.safetensors"],
        "compress": lambda out: ["compress", NETWORK, out / "c.safetensors", "--method", "bbs-mod"],
        "pack": lambda out: ["pack", WORK / "ra.safetensors", out / "p.bbs"],
        "unpack": lambda out: ["unpack", WORK / "ra.bbs", out / "u.safetensors"],
        "simulate": lambda out: ["simulate", "--net", "resnet20", "--accelerator", "stripes,bitvert-mod", "--out", out / "s.csv"],
        "accuracy": lambda out: ["accuracy", "--net", "resnet34", "--samples", "4", "--method", "int8", "--jobs", "1", "--out", out / "a.csv"],
        "run": lambda out: ["run", "--smoke", "--only", "table4,table5", "--out", out],
        "report": report_of,
    }


def inject(kind, variable, position):
    for name, arguments in commands().items():
        folder = WORK / "expected"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        good = bbsbench(*arguments(folder), fault={"FAULT_COUNT": str(WORK / "count")})
        total = int((WORK / "count").read_text().split()[position])
        assert good.returncode == 0 and total > 0, good.stderr
        expected, problems = content(folder), []
        # The first and the last, and some between them.
        points = sorted({1, total, *(RANDOM.randint(1, total) for _ in range(FAULTS - 2))})[:max(FAULTS, 1)]
        for point in points:
            shutil.rmtree(folder)
            folder.mkdir()
            words = arguments(folder)
            before = content(folder)
            result = bbsbench(*words, fault={variable: str(point)})
            problem = wrong(result, folder, {**before, **expected}, name in ("run", "report"))
            if problem:
                problems.append(f"{kind} {point} of {total}: {problem}")
        report(f"{name} when {kind} fails (one of {total})", problems, len(points))


# ===  Kills  ===

def kills():
    only = ["--smoke", "--only", "examples,table4,table5,sparsity", "--jobs", "1"]
    started = time.monotonic()
    bbsbench("run", *only, "--out", WORK / "whole")
    seconds, expected, problems = time.monotonic() - started, content(WORK / "whole"), []
    for attempt in range(FAULTS):
        folder, number = WORK / f"killed{attempt}", RANDOM.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        moment = RANDOM.uniform(0, seconds)
        command = [PROGRAM, "run", *only, "--out", str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(number)
        process.wait()
        resume = ["--resume"] if (folder / "run.json").exists() else []
        result = bbsbench("run", *only, "--out", folder, *resume)
        found = content(folder)
        if result.returncode != 0 or found != expected:
            problems.append(f"{number.name} after {moment:.2f} s: {result.returncode}, {differing(found, expected)} {result.stderr[-200:]!r}")
    report(f"a run that is killed within its {seconds:.1f} s goes on to the same bytes", problems, FAULTS)


# ===  Damage  ===

def damaged(data, checked):
    """Cut; or one bit flipped, in a format with a checksum."""
    if not checked or RANDOM.random() < 0.5:
        end = RANDOM.randrange(len(data) - 1)  # a text without its last line feed is whole
        return f"cut at byte {end}", data[:end]
    at, bit = RANDOM.randrange(len(data)), RANDOM.randrange(8)
    return f"bit {bit} of byte {at}", data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


def damages():
    def query(path, _):
        return ["query", "--run", path.parent, "--format", "csv", "SELECT * FROM table4"]
    weights = WORK / "weights.safetensors"
    shutil.copy(NETWORK, weights)
    files = {"packed weights (.bbs)": (WORK / "ra.bbs", True, lambda path, out: ["unpack", path, out / "u.safetensors"]),
             "weights (.safetensors)": (weights, False, lambda path, out: ["quantize", path, out / "q.safetensors"]),
             "the record of a run": (WORK / "run" / "run.json", False, query)}
    for name in ("table4.csv", "pe.csv"):
        files[f"rows of a run ({name})"] = (WORK / "run" / name, True, query)
    for what, (path, checked, arguments) in files.items():
        data, folder, problems = path.read_bytes(), WORK / "out", []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        good = bbsbench(*arguments(path, folder))
        expected = content(folder)
        assert good.returncode == 0, good.stderr
        for _ in range(FAULTS * 4):
            how, other = damaged(data, checked)
            path.write_bytes(other)
            shutil.rmtree(folder)
            folder.mkdir()
            result = bbsbench(*arguments(path, folder))
            problem = wrong(result, folder, expected, False)
            if problem is None and result.returncode == 0 and result.stdout != good.stdout:
                problem = "ended well with other rows"
            if problem is None and result.returncode != 0 and path.name.encode() not in result.stderr:
                problem = f"the error does not name the file: {result.stderr!r}"
            if problem:
                problems.append(f"{how}: {problem}")
        path.write_bytes(data)
        report(f"{what}, cut{' or with a bit flipped' if checked else ''}", problems, FAULTS * 4)


def main():
    parts = sys.argv[3:] or ["kill", "memory", "disk", "damage"]
    try:
        make_inputs()
        if "kill" in parts:
            kills()
        if "memory" in parts:
            inject("an allocation", "FAULT_MEMORY", 0)
        if "disk" in parts:
            inject("the disk", "FAULT_DISK", 1)
        if "damage" in parts:
            damages()
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
    print(f"1..{count}")
    return failed > 0


sys.exit(main())
