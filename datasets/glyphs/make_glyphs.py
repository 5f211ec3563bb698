#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the glyphs: `make glyphs` the files that are shipped, `--masters` the pictures to train on. README.md beside this
file says what is drawn, from which fonts, and why so.

Needs Debian's python3-pil, python3-fonttools, python3-numpy and the packages of fonts.csv; only for drawing again.
"""
import argparse
import csv
import gzip
import pathlib
import struct

import numpy
from PIL import Image, ImageDraw, ImageFont
from fontTools.ttLib import TTCollection, TTFont

HERE = pathlib.Path(__file__).resolve().parent
FONTS = pathlib.Path("/usr/share/fonts")
SEED = 20241102
MASTER = 48            # side of a training picture before augmentation, pixels
SIDE = 24              # side of a picture that is shipped, pixels
CANVAS, EM = 192, 156  # a character is drawn this large first
EACH_TEST = 800        # pictures of each test font
CALIBRATION = 1024     # pictures of training fonts that are shipped
GREY = 17              # distance of the 16 grey levels: 4 bits a pixel

# What happens to a test picture: the largest of each, drawn evenly between both signs. models/train/glyphs.py trains with the same.
TURN, SCALE, STRETCH, SHEAR, SHIFT = 10.0, 0.12, 0.10, 0.15, 0.08  # degrees; factors; share of the side
NOISE = 0.10           # largest deviation of the noise, of the full range


def characters():
    """The kanji of JIS X 0208 level 1 (rows 16 to 47), in the order of the standard: 2,965."""
    found = []
    for row in range(16, 48):
        for cell in range(1, 95):
            try:
                found.append(bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp"))
            except UnicodeDecodeError:
                pass
    assert len(found) == 2965
    return found


class Font:
    def __init__(self, row):
        path = FONTS / row["file"]
        index = int(row["index"])
        table = TTCollection(path).fonts[index] if path.suffix == ".ttc" else TTFont(path, lazy=True)
        self.row, self.known = row, table.getBestCmap()
        self.face = ImageFont.truetype(str(path), EM, index=index)

    def draw(self, character):
        """White on black, its box in the middle of the canvas; None where the font has no such character."""
        if ord(character) not in self.known:
            return None
        image = Image.new("L", (CANVAS, CANVAS), 0)
        pen = ImageDraw.Draw(image)
        left, top, right, bottom = pen.textbbox((0, 0), character, font=self.face)
        pen.text(((CANVAS - left - right) / 2, (CANVAS - top - bottom) / 2), character, fill=255, font=self.face)
        return image if image.getextrema()[1] > 100 else None


def disturbed(image, random):
    """A turned, scaled, sheared, shifted and noisy picture of SIDE pixels and 16 grey levels."""
    turn = numpy.deg2rad(random.uniform(-TURN, TURN))
    scale, stretch = 1 + random.uniform(-SCALE, SCALE), 1 + random.uniform(-STRETCH, STRETCH)
    shear = random.uniform(-SHEAR, SHEAR)
    shift = random.uniform(-SHIFT, SHIFT, 2) * CANVAS
    noise = random.uniform(0, NOISE)
    cos, sin = numpy.cos(turn), numpy.sin(turn)
    forward = numpy.array([[cos, -sin], [sin, cos]]) @ numpy.array([[scale * stretch, shear], [0, scale / stretch]])
    back = numpy.linalg.inv(forward)
    middle = numpy.full(2, CANVAS / 2)
    offset = middle - back @ (middle + shift)
    moved = image.transform(image.size, Image.AFFINE, (*back[0], offset[0], *back[1], offset[1]), Image.BILINEAR)
    small = numpy.asarray(moved.resize((SIDE, SIDE), Image.BOX)).astype(float) + 255 * noise * random.standard_normal((SIDE, SIDE))
    return (numpy.clip(numpy.rint(small / GREY), 0, 15) * GREY).astype(numpy.uint8)


def plain(image, side):
    return numpy.asarray(image.resize((side, side), Image.BOX))


def write_records(path, records):
    """An idx file of rank 2: a row is the class (2 bytes, high one first), the font's line in fonts.csv, and the pixels."""
    rows = b"".join(struct.pack(">HB", label, font) + picture.tobytes() for label, font, picture in records)
    head = struct.pack(">4B2I", 0, 0, 8, 2, len(records), len(rows) // len(records))
    path.write_bytes(gzip.compress(head + rows, 9, mtime=0) if path.suffix == ".gz" else head + rows)
    print(path, len(records), path.stat().st_size, flush=True)


def deal(fonts, each, chars, random):
    """`each` pictures of every font; a class is used again only when every class was used as often."""
    pool, records = [], []
    for number, font in fonts:
        taken, later = 0, []
        while taken < each:
            if not pool:
                pool = list(random.permutation(len(chars)))
            label = int(pool.pop())
            image = font.draw(chars[label])
            if image is None:
                later.append(label)
                continue
            records.append((label, number, disturbed(image, random)))
            taken += 1
        pool += later
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masters", type=pathlib.Path, help="draw the training pictures into this folder instead")
    options = parser.parse_args()
    chars = characters()
    with open(HERE / "fonts.csv", encoding="utf-8") as source:
        fonts = [(number, Font(row)) for number, row in enumerate(csv.DictReader(source), 1)]
    training = [(number, font) for number, font in fonts if font.row["part"] == "training"]
    if options.masters:
        options.masters.mkdir(parents=True, exist_ok=True)
        records = []
        for number, font in training:
            drawn = [(label, font.draw(char)) for label, char in enumerate(chars)]
            records += [(label, number, plain(image, MASTER)) for label, image in drawn if image is not None]
            print(font.row["file"], sum(image is not None for _, image in drawn), flush=True)
        write_records(options.masters / "masters.idx", records)
        return
    random = numpy.random.default_rng(SEED)
    write_records(HERE / "test.idx.gz", deal([f for f in fonts if f[1].row["part"] == "test"], EACH_TEST, chars, random))
    free = [f for f in training if f[1].row["ships"] == "yes"]
    write_records(HERE / "training.idx.gz", deal(free, CALIBRATION // len(free), chars, random))


if __name__ == "__main__":
    main()
