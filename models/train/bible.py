# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of the compact language model: the King James Version, as Debian's bible-kjv prints it. bible.py FILE

Every 22nd of the 66 books is the test part (Song of Solomon, Acts, Revelation); the others are for training. No verse
is in both parts, but books quote each other and share names. A chapter is one line, its verses joined by blanks, without
their numbers. The command writes the test part to FILE: the project ships it, so that a run needs no package.
"""
import pathlib
import re
import subprocess
import sys

EVERY, BOOKS, VERSES = 22, 66, 31102


def books(program="bible", folder="/usr/lib"):
    """Each book as a list of chapters."""
    try:
        # -f: a line a verse, with its place before it
        lines = subprocess.run([program, "-f", "-p", folder, "Gen1:1-Rev22:21"], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise SystemExit(f"error: {program} is missing; install it: apt-get install bible-kjv") from None
    found = {}
    verses = re.findall(r"^([1-3]?[A-Za-z]+)(\d+):\d+ (.*)$", lines, re.MULTILINE)
    for book, chapter, verse in verses:
        found.setdefault(book, {}).setdefault(chapter, []).append(verse)
    if (len(found), len(verses)) != (BOOKS, VERSES):
        raise SystemExit(f"error: {program} printed {len(found)} books and {len(verses)} verses, not {BOOKS} and {VERSES}")
    return [[" ".join(chapter) for chapter in book.values()] for book in found.values()]


def parts(*of):
    """(text for training, text for testing)"""
    train, test = [], []
    for number, chapters in enumerate(books(*of), 1):
        (test if number % EVERY == 0 else train).extend(chapters)
    return "\n".join(train) + "\n", "\n".join(test) + "\n"


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(parts(*sys.argv[2:])[1], encoding="ascii")
