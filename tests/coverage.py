# SPDX-License-Identifier: GPL-3.0-or-later
"""Share of the lines of bench/ without bench/cli/ that ran: coverage.py BUILD, after tests of a build with --coverage.

By room, then the files with the least, then all. A source is compiled once but linked into many programs, so gcov's counts are
those of all of them together. Ends with 1 when no line ran: then no test did."""
import collections
import json
import os
import pathlib
import subprocess
import sys

LEAST = 15  # files to name


def lines_of(notes):
    """Line -> times that it ran, for each source of bench/ in one object."""
    printed = subprocess.run(["gcov", "--json-format", "--stdout", os.path.relpath(notes)], capture_output=True, text=True, check=True).stdout
    for document in printed.splitlines():
        for source in json.loads(document)["files"]:
            path = pathlib.Path(os.path.relpath(source["file"]))
            # A header's lines are seen by every source that includes it; ours hold no code.
            if path.suffix == ".c" and path.parts[0] == "bench" and path.parts[1] != "cli":
                yield path, {entry["line_number"]: entry["count"] for entry in source["lines"]}


def show(name, ran, lines):
    print(f"{name:<44} {ran:6d} of {lines:6d} lines  {100 * ran / max(lines, 1):5.1f} %")


def main():
    counts = collections.defaultdict(dict)
    for notes in sorted(pathlib.Path(sys.argv[1]).glob("bench/**/*.gcno")):
        for path, lines in lines_of(notes):
            for line, count in lines.items():
                counts[path][line] = max(count, counts[path].get(line, 0))
    files = {path: (sum(count > 0 for count in lines.values()), len(lines)) for path, lines in counts.items()}
    rooms = collections.defaultdict(lambda: (0, 0))
    for path, (ran, lines) in files.items():
        rooms[path.parts[1]] = (rooms[path.parts[1]][0] + ran, rooms[path.parts[1]][1] + lines)
    for room, (ran, lines) in sorted(rooms.items()):
        show(f"bench/{room}", ran, lines)
    print(f"the {LEAST} files with the smallest share:")
    for path, (ran, lines) in sorted(files.items(), key=lambda item: item[1][0] / max(item[1][1], 1))[:LEAST]:
        show(str(path), ran, lines)
    ran, lines = (sum(one[i] for one in files.values()) for i in (0, 1))
    show("all of bench/ without bench/cli/", ran, lines)
    return ran == 0


sys.exit(main())
