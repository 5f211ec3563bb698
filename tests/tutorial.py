#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walks of a tutorial, as a reader types them: each block ```sh tested of the file, in order, in one folder that looks
like the project, so nothing is written into this one.

    tests/tutorial.py [--show] PROGRAM FILE.md      --show: print what each block prints

A block ```text below it is what the block prints, on either stream: its lines must be there in this order; "..." alone on a line stands for
any lines, inside a line for any text. A block ```sh tested build compiles, in a copy of the sources, and is left out when the
program is not build/bbsbench. Other blocks are left alone. Prints TAP.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINKED = ["CHANGELOG.md", "models", "datasets", "plots", "docs", "results/claims.csv", "results/reference", "tests", "deps.txt", "deps.sh", "run_all.sh"]
COPIED = ["bench", "Makefile", "commit.sh"]
BUILT = ["bench", "generated", "libbench.a", "libbench-engine.a", "bbsbench", "bbsbench-engine.so"]


def blocks(path):
    """[line number, words of the fence, text] of each fenced block."""
    found, fence = [], ""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            mark = re.match(r"(`{3,})(.*)$", line)
            if mark and not fence:
                fence = mark.group(1)
                found.append([number, mark.group(2).split(), []])
            elif line == fence:
                fence = ""
            elif fence:
                found[-1][2].append(line)
    return found


def missing_line(expected, output):
    """The first expected line that the output lacks, after those before it; None when all are there."""
    lines = iter(output.split("\n"))
    for line in expected:
        if line.strip() == "...":
            continue
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in line.split("...")).replace(r"\ ", " "))
        if not any(pattern.search(re.sub(" +", " ", got)) for got in lines):
            return line
    return None


def squeeze(lines):
    return [re.sub(" +", " ", line) for line in lines]


# The copied objects stay, whatever flags they were compiled with.
MAKEFILE = "all:\n\t@$(MAKE) --no-print-directory -f Makefile -o build/generated/flags all\n"


def make_project(program, folder):
    """True when the sources are copied together with what was built of them."""
    os.mkdir(os.path.join(folder, "results"))
    os.mkdir(os.path.join(folder, "build"))
    for name in LINKED:
        os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
    for name in COPIED:
        path = os.path.join(ROOT, name)
        (shutil.copytree if os.path.isdir(path) else shutil.copy2)(path, os.path.join(folder, name))
    with open(os.path.join(folder, "GNUmakefile"), "w", encoding="utf-8") as file:
        file.write(MAKEFILE)
    built = os.path.dirname(os.path.abspath(program))
    builds = built == os.path.join(ROOT, "build")
    for name in BUILT + ["datasets"]:
        path, copy = os.path.join(built, name), os.path.join(folder, "build", name)
        if not builds or name == "datasets":
            os.symlink(path, copy)
        elif os.path.isdir(path):
            shutil.copytree(path, copy)
        else:
            shutil.copy2(path, copy)
    return builds


def run(folder, script):
    environment = dict(os.environ, BBS_HISTORY="", HOME=folder, BBS_HOME=os.path.join(folder, "cache"))
    for name in ("BUILD", "BBS_ROOT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    return subprocess.run(["sh", "-eu"], input="\n".join(script) + "\n", cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def main():
    show = sys.argv[1] == "--show"
    program, path = sys.argv[2 if show else 1:]
    count = bad = 0
    found = blocks(path)
    folder = tempfile.mkdtemp()
    try:
        builds = make_project(program, folder)
        for i, (line, words, script) in enumerate(found):
            if words[:2] != ["sh", "tested"]:
                continue
            count += 1
            name = f"{os.path.basename(path)}:{line}: {script[0]}".replace("#", "(")
            if "build" in words[2:] and not builds:
                print(f"ok {count} - {name} # SKIP the program is not build/bbsbench")
                continue
            result = run(folder, script)
            expected = found[i + 1][2] if i + 1 < len(found) and found[i + 1][1] == ["text"] else []
            lacks = missing_line(squeeze(expected), result.stdout)
            good = result.returncode == 0 and lacks is None
            bad += not good
            print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
            if not good:
                print(f"# exit code {result.returncode}; not printed: {lacks}")
            if show or not good:
                print("#   " + "\n#   ".join(result.stdout.strip().split("\n")[-25:]))
    finally:
        shutil.rmtree(folder)
    print(f"1..{count}")
    return 1 if bad or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
