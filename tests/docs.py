#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the documents, run as they stand: every line of a ```sh block, and every indented line that begins with a
command of the project.

    tests/docs.py [--quick] PROGRAM FILE.md...

They run in order in a folder that looks like the project, with the files and runs that they name made beforehand, so nothing
is written into this one. A line with a comment that says "needs ...", and the lines below one that is only such a comment, are told to
a reader to need something that is not here (ImageNet, a checkpoint): they are listed, not run. Of `make` and ./run_all.sh
only the words are checked: CI runs them. --quick leaves out the commands that take more than a second or two. Prints TAP.
"""
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINKED = ["CHANGELOG.md", "models", "datasets", "plots", "docs", "results/claims.csv", "results/reference", "bench", "tests",
          "Makefile", "run_all.sh", "deps.sh", "deps.txt", "Dockerfile", "commit.sh"]
QUICK = {"explain", "area", "sram", "query", "compress", "pack", "unpack", "stats", "quantize", "history", "compare", "report",
         "version", "profile"}
DIFFERS = ("build/bbsbench diff ",)  # exit code 1: there are differences, as diff(1) has it
BEGINS = ("build/bbsbench ", "./run_all.sh", "make ", "docker ")


def commands(path):
    """(line number, command, reason not to run it or "") of a document."""
    fence, shell, needs = "", False, ""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines, 1):
        mark = re.match(r"(`{3,})(.*)$", line)
        if mark and not fence:
            fence, shell, needs = mark.group(1), mark.group(2).strip() == "sh", ""
        elif mark and mark.group(1) == fence:
            fence, shell = "", False
        elif shell or (not fence and re.match(r" {4,}", line) and line.strip().startswith(BEGINS)):
            text = line.strip()
            reason = re.search(r"\s# (?:.*\s)?(needs .*)$", text)
            if shell and text.startswith("# needs"):
                needs = text[2:]
            elif text and not text.startswith("#"):
                yield number, text, needs if shell and needs else reason.group(1) if reason else ""


# ===  Files that documents name  ===

def write_safetensors(path, tensors):
    """Seeded normal numbers for {name: shape}; variances are 1, so that a network stays in range."""
    draw, header, data = random.Random(1), {}, b""
    for name, shape in tensors.items():
        count = 1
        for size in shape:
            count *= size
        spread = (2.0 * shape[0] / count) ** 0.5 if len(shape) > 1 else 0.1
        values = [1.0] * count if name.endswith("running_var") else [draw.gauss(0, spread) for _ in range(count)]
        part = struct.pack(f"<{count}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def resnet20():
    """Names and shapes of ResNet-20 for CIFAR-10 in PyTorch (option A, without weights in the shortcuts)."""
    tensors = {"conv1.weight": [16, 3, 3, 3], "linear.weight": [10, 64], "linear.bias": [10]}
    norms, inputs = [("bn1", 16)], 16
    for stage, width in enumerate((16, 32, 64), 1):
        for block in range(3):
            place = f"layer{stage}.{block}"
            tensors[f"{place}.conv1.weight"] = [width, inputs, 3, 3]
            tensors[f"{place}.conv2.weight"] = [width, width, 3, 3]
            norms += [(f"{place}.bn1", width), (f"{place}.bn2", width)]
            inputs = width
    for name, width in norms:
        for part in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"{name}.{part}"] = [width]
    return tensors


def write_pictures(path):
    """CIFAR-10's binary form: a label and 3 x 32 x 32 bytes for each of 40 pictures."""
    draw = random.Random(2)
    with open(path, "wb") as file:
        for picture in range(40):
            file.write(bytes([picture % 10]) + draw.randbytes(3072))


MADE = {"my.safetensors": lambda path: write_safetensors(path, {"fc1.weight": [64, 64], "fc2.weight": [32, 64]}),
        "resnet20.safetensors": lambda path: write_safetensors(path, resnet20()),
        "test_batch.bin": write_pictures,
        "mine.csv": lambda path: shutil.copy(os.path.join(ROOT, "bench/accel/technology.csv"), path)}


class Project:
    def __init__(self, program, folder):
        self.folder = folder
        self.environment = dict(os.environ, BBS_ROOT=folder, HOME=folder, BBS_HOME=os.path.join(folder, "cache"))
        self.environment.pop("BBS_HISTORY", None)
        os.mkdir(os.path.join(folder, "results"))
        for name in LINKED:
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        os.mkdir(os.path.join(folder, "build"))
        built = os.path.dirname(os.path.abspath(program))
        for name in ("bbsbench", "bbsbench-engine.so", "datasets"):
            if os.path.exists(os.path.join(built, name)):
                os.symlink(os.path.join(built, name), os.path.join(folder, "build", name))
        self.runs = 0
        self.answers = False  # is a run of accuracy in the history?

    def make(self, command):
        """Make what a command names: files, runs, a history of as many runs as its numbers say."""
        for word in re.split(r"[\s'\"]+", command):
            path = os.path.join(self.folder, word)
            if word in MADE and not os.path.exists(path):
                MADE[word](path)
            if word.startswith("results/") and word[8:].isupper() and not os.path.exists(path):
                self.call(f"build/bbsbench run --smoke --no-compare --only table4 --out {word}")
        if re.match(r"build/bbsbench (compare \d|history)", command):
            wanted = max([int(n) for n in re.findall(r" (\d+)\b", command)] + [1])
            answers = "--net" in command and not self.answers
            while self.runs < wanted or answers:
                self.call(f"build/bbsbench run --smoke --no-compare --only {'accuracy' if answers else 'table4'} "
                          f"--out results/made-{self.runs}-smoke")
                self.answers, answers = self.answers or answers, False
                self.runs += 1

    def call(self, command):
        return subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def as_run(text):
    """What is run of a line: itself, or a check of its words."""
    if text.startswith("make "):
        return "make -n " + text[5:]
    return re.sub(r"(\s+#.*)?$", " --help", text, count=1) if text.startswith("./run_all.sh") else text


def main():
    quick = sys.argv[1] == "--quick"
    program, *files = sys.argv[2 if quick else 1:]
    folder = tempfile.mkdtemp()
    number = bad = 0
    left_out = set()  # what commands would make that are not run
    try:
        project = Project(program, folder)
        for path in files:
            for line, text, reason in commands(os.path.join(ROOT, path)):
                words = text.split()
                slow = quick and text.startswith("build/bbsbench ") and words[1] not in QUICK
                slow = slow or quick and (words[1:3] == ["history", "--net"] or any(made in words for made in left_out))
                if slow and "--out" in words:
                    left_out.add(words[words.index("--out") + 1])
                if text.startswith("docker "):
                    reason = "needs docker (tests/shell/test_docker.sh)"
                number += 1
                name = f"{os.path.relpath(os.path.join(ROOT, path), ROOT)}:{line}: {text}".replace("#", "(")
                if reason or slow:
                    print(f"ok {number} - {name} # SKIP {reason or 'make commands-check runs it'}")
                    continue
                project.make(text)
                result = project.call(as_run(text))
                failed = result.returncode > (1 if text.startswith(DIFFERS) else 0) or result.returncode < 0
                bad += failed
                print(f"{'not ok' if failed else 'ok'} {number} - {name}")
                if failed:
                    print("#   " + "\n#   ".join(result.stdout.strip().split("\n")[-3:]))
                sys.stdout.flush()
    finally:
        shutil.rmtree(folder)
    print(f"1..{number}")
    return 1 if bad or number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
