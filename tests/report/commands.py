#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that a report prints, run as they stand: do they make the run's rows again?

    tests/report/commands.py PROGRAM RUN_FOLDER [ID,ID...]     without IDs: the commands of every section

Commands run in a folder of their own that looks like the project (links to it), so that nothing is written into this one.
`bbsbench run` must make each file of rows that the run has, compared as `bbsbench diff` does. Of another command, each row
must be in the run: some row of the section's file, or of another file, has the same cell in every column that both have
and that is known in both. What `explain` prints must hold the values of the section's rows. Prints TAP.
"""
import csv
import html
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A column of one name that says two things: in precision the setting, in rows of `simulate` the mean over all weights, of
# which those of the first layer keep 8 bits.
OTHER_MEANING = {"precision": {"weight_bits"}}
LINKED = ["models", "datasets", "plots", "docs", "results/claims.csv", "results/reference", "bench/accel", "Makefile"]


def sections(report):
    """The commands of each section that has rows: {id: [command, ...]}."""
    with open(report, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for part in re.split(r'(?=<details class="section")', text)[1:]:
        name = re.search(r'<h2 id="([^"]*)"', part).group(1)
        lines = re.findall(r"<pre[^>]*>(.*?)</pre>", part, re.S)
        commands = [line for block in lines for line in html.unescape(block).split("\n")]
        if commands and name != "reproduce":
            found[name] = commands
    return found


def project(folder, program):
    for name in LINKED:
        os.makedirs(os.path.dirname(os.path.join(folder, name)) or folder, exist_ok=True)
        os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
    os.symlink(os.path.dirname(os.path.abspath(program)), os.path.join(folder, "build"))


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Table:
    """The rows of a file, found by their names: the network, the layer, the design and the method, where the file has them."""
    NAMES = ("net", "size", "layer", "accelerator", "method")

    def __init__(self, rows):
        self.rows, self.found = rows, {}
        self.columns = set(rows[0]) if rows else set()

    def alike(self, row):
        names = tuple(name for name in self.NAMES if name in row and name in self.columns)
        if names not in self.found:
            self.found[names] = {}
            for other in self.rows:
                self.found[names].setdefault(tuple(other[name] for name in names), []).append(other)
        return self.found[names].get(tuple(row[name] for name in names), [])

    def has(self, row, but=(), needs=6):
        """Does a row here agree in every column that both have and know, at least in `needs` of them?"""
        for other in self.alike(row):
            shared = [name for name in row if name not in but and row[name] != "" and other.get(name, "") != ""]
            if len(shared) >= needs and all(row[name] == other[name] for name in shared):
                return True
        return False


class Check:
    def __init__(self, program, run, folder):
        self.program, self.run, self.folder = os.path.abspath(program), os.path.abspath(run), folder
        self.environment = dict(os.environ, BBS_ROOT=folder, BBS_HISTORY="")
        self.done, self.files = {}, {}

    def rows(self, name):
        if name not in self.files:
            self.files[name] = Table(rows_of(os.path.join(self.run, name)))
        return self.files[name]

    def execute(self, command):
        """Run a command once, however often it is printed. Returns (exit code, output, files of rows)."""
        if command not in self.done:
            for name in os.listdir(self.folder):
                if name.startswith("rows"):
                    os.remove(os.path.join(self.folder, name))
            result = subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.environment, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            made = re.search(r"^run folder: (.*)$", result.stdout, re.M)
            place = os.path.join(self.folder, made.group(1)) if made else self.folder
            files = {name: os.path.join(place, name) for name in sorted(os.listdir(place)) if name.endswith(".csv")}
            self.done[command] = (result.returncode, result.stdout, files)
            if not made:
                self.done[command] += ({name: rows_of(path) for name, path in files.items()},)
        return self.done[command]

    def made_run(self, section, files):
        """Faults of a run: files that it lacks or that differ."""
        wanted = section + ".csv"
        if wanted not in files:
            return [f"made no {wanted}"]
        faults = []
        for name, path in files.items():
            if name.startswith("samples."):
                continue
            result = subprocess.run([self.program, "diff", os.path.join(self.run, name), path], text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if result.returncode != 0:
                faults += [f"{name}: {line}" for line in result.stdout.strip().split("\n")[-2:]]
        return faults

    def made_rows(self, section, tables):
        others = [name for name in sorted(os.listdir(self.run))
                  if name.endswith(".csv") and name != "claims.csv" and not name.startswith("samples.")]
        own, but = section + ".csv", OTHER_MEANING.get(section, ())
        faults = []
        for name, rows in tables.items():
            for row in rows:
                if not self.rows(own).has(row, but) and not any(self.rows(other).has(row) for other in others):
                    faults.append(f"{name}: no such row in the run: {list(row.values())[:6]}")
            if not rows:
                faults.append(f"{name}: no rows")
        if not tables:
            faults.append("made no file of rows")
        return faults

    def printed(self, section, output):
        # A cell that begins like a formula has a "'" before it (base/csv.h).
        values = [row["values"].lstrip("'").split() for row in self.rows(section + ".csv").rows]
        column = [line.split()[-2] for line in output.split("\n") if re.match(r" +-?\d+ +(-?\d+ +)?[01]{8} ", line)]
        return [] if column in values else [f"printed {column}"]

    def look(self, section, command):
        words = shlex.split(command)
        if words[0] == "make":
            return None
        code, output, files, *tables = self.execute(command)
        if code != 0:
            return [f"exit code {code}: {output.strip().splitlines()[-1] if output.strip() else ''}"]
        if words[1] == "run":
            return self.made_run(section, files)
        if words[1] == "explain":
            return self.printed(section, output)
        return self.made_rows(section, tables[0])


def main():
    program, run = sys.argv[1:3]
    found = sections(os.path.join(run, "report.html"))
    wanted = sys.argv[3].split(",") if len(sys.argv) > 3 else list(found)
    number = bad = 0
    folder = tempfile.mkdtemp()
    try:
        project(folder, program)
        check = Check(program, run, folder)
        for section in wanted:
            for command in found.get(section, [f"section {section} has no command"]):
                faults = check.look(section, command) if section in found else ["no such section"]
                if faults is None:
                    continue
                number += 1
                bad += bool(faults)
                print(f"{'not ok' if faults else 'ok'} {number} - {section}: {command}")
                for fault in faults[:4]:
                    print(f"#   {fault}")
                sys.stdout.flush()
    finally:
        shutil.rmtree(folder)
    print(f"1..{number}")
    return 1 if bad or number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
