# SPDX-License-Identifier: GPL-3.0-or-later
"""Share of the lines of bench/ without bench/cli/ that ran: coverage.py BUILD, after tests of a build with --coverage.

A source is compiled once, but linked into many programs, so gcov's counts are those of all of them together."""
import collections
import json
import pathlib
import subprocess
import sys

build = pathlib.Path(sys.argv[1])
rooms = collections.defaultdict(lambda: [0, 0])
for notes in sorted(build.glob("bench/**/*.gcno")):
    # One document per source; the headers that it includes are counted with the sources that they belong to.
    printed = subprocess.run(["gcov", "--json-format", "--stdout", str(notes)], capture_output=True, text=True, check=False).stdout
    for line in printed.splitlines():
        for source in json.loads(line)["files"]:
            path = pathlib.Path(source["file"].removeprefix("./"))
            if path.suffix != ".c" or path.parts[:1] != ("bench",) or path.parts[1] == "cli":
                continue
            lines = {entry["line_number"]: entry["count"] for entry in source["lines"]}
            rooms[path.parts[1]][0] += sum(count > 0 for count in lines.values())
            rooms[path.parts[1]][1] += len(lines)
total = [sum(room[i] for room in rooms.values()) for i in (0, 1)]
for name, (ran, lines) in [*sorted(rooms.items()), ("all", total)]:
    print(f"{name:<12} {ran:6d} of {lines:6d} lines  {100 * ran / max(lines, 1):5.1f} %")
