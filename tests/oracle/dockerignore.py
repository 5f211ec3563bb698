#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the files on standard input (one a line) a .dockerignore leaves out: dockerignore.py FILE <LIST

The rules of Docker's documentation: the last pattern that matches decides, "!" takes a path in again, a pattern also matches
what lies below, "*" stops at "/", "**" does not.
"""
import re
import sys


def expression(pattern):
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part, re.escape(part)) for part in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)) + r"(?:/.*)?")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    rules = [(line[0] != "!", expression(line.lstrip("!").strip("/"))) for line in lines if line and line[0] != "#"]
    for path in sys.stdin.read().splitlines():
        left_out = False
        for leaves_out, pattern in rules:
            if pattern.fullmatch(path):
                left_out = leaves_out
        if left_out:
            print(path)


main()
