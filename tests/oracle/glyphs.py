# SPDX-License-Identifier: GPL-3.0-or-later
"""The glyphs read by another program: what datasets/glyphs/README.md and fonts.csv say of the files is so (python3 alone).

Prints a line of counts for each part. Ends with an error where a picture is of a font whose licence does not allow it, of a
font that is also in the other part, has other levels than 16, or where README.md has another hash.
"""
import collections
import csv
import gzip
import hashlib
import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "glyphs"
RECORD = 2 + 1 + 24 * 24


def fonts_of(part, fonts, readme):
    raw = (FOLDER / f"{part}.idx.gz").read_bytes()
    assert hashlib.sha256(raw).hexdigest() in readme, f"{part}: README.md has another SHA-256"
    body = gzip.decompress(raw)
    assert struct.unpack(">4B2I", body[:12])[:4] == (0, 0, 8, 2), f"{part}: not an idx file of two dimensions"
    samples, record = struct.unpack(">2I", body[4:12])
    assert record == RECORD and len(body) == 12 + samples * RECORD, f"{part}: {samples} rows of {record} bytes"
    classes, used = collections.Counter(), collections.Counter()
    for start in range(12, len(body), RECORD):
        label, font = struct.unpack(">HB", body[start:start + 3])
        pixels = body[start + 3:start + RECORD]
        assert all(pixel % 17 == 0 for pixel in pixels) and max(pixels) > 100, f"{part}: pixels at byte {start}"
        classes[label] += 1
        used[font] += 1
    for font in used:
        row = fonts[font - 1]
        assert row["part"] == part and row["ships"] == "yes", f"{part}: pictures of {row['file']}"
    print(f"{part}: {samples} pictures, {len(classes)} classes up to {max(classes)}, {len(used)} fonts with {min(used.values())} to {max(used.values())}")
    return set(used)


def main():
    with open(FOLDER / "fonts.csv", encoding="utf-8") as source:
        fonts = list(csv.DictReader(source))
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert not fonts_of("test", fonts, readme) & fonts_of("training", fonts, readme), "a font is in both parts"
    packages = {part: {row["package"] for row in fonts if row["part"] == part} for part in ("test", "training")}
    print("packages with fonts in both parts:", ", ".join(sorted(packages["test"] & packages["training"])))


if __name__ == "__main__":
    main()
