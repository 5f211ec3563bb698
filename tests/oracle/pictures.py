# SPDX-License-Identifier: GPL-3.0-or-later
"""JPEGs and PNGs of all kinds, and what Pillow makes of them (python3-pil): pictures.py FOLDER [FOLDER_OF_JPEGS]

Writes NNN.jpg (PNGs too, under that name: the first bytes decide) and NNN.PROFILE.rgb: resized and cropped by Pillow as torchvision does. Synthetic pictures; those of a second
folder, when given, are linked beside them.
"""
import os
import pathlib
import random
import struct
import sys
import zlib

from PIL import Image, ImageDraw

PROFILES = {"bilinear256": (256, Image.Resampling.BILINEAR), "bicubic248": (248, Image.Resampling.BICUBIC)}
CROP = 224


def made_picture(dice, width, height, mode):
    picture = Image.effect_noise((width, height), dice.uniform(5, 120)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        corners = [dice.randrange(-20, size + 20) for size in (width, height, width, height)]
        box = (min(corners[0], corners[2]), min(corners[1], corners[3]), max(corners[0], corners[2]), max(corners[1], corners[3]))
        colour = tuple(dice.randrange(256) for _ in range(3))
        dice.choice((draw.rectangle, draw.ellipse))(box, fill=colour)
    return picture.convert(mode)


def four_inks(dice, path, kind):
    """CMYK as Pillow writes it (with Adobe's marker), without the marker, and as YCCK (the marker's transform changed to 2)."""
    made_picture(dice, dice.randrange(2, 400), dice.randrange(2, 400), "CMYK").save(path, "JPEG", quality=dice.randrange(30, 101))
    data = path.read_bytes()
    at = data.find(b"\xff\xee")
    size = int.from_bytes(data[at + 2:at + 4], "big")
    assert data[at + 4:at + 9] == b"Adobe"
    if kind == "unmarked":
        data = data[:at] + data[at + 2 + size:]
    if kind == "ycck":
        data = data[:at + 1 + size] + b"\x02" + data[at + 2 + size:]
    path.write_bytes(data)


def png(dice, path, mode):
    picture = made_picture(dice, dice.randrange(2, 400), dice.randrange(2, 400), "RGB")
    if mode == "grey16":
        picture = Image.frombytes("I;16", picture.size, bytes(dice.randrange(256) if i % 2 == 0 else dice.randrange(3) for i in range(2 * picture.width * picture.height)))
    elif mode == "rgb16":
        path.write_bytes(png_of_16_bits(dice, 61, 47))
        return
    else:
        picture = picture.convert(mode, colors=dice.randrange(2, 256)) if mode == "P" else picture.convert(mode)
    options = {"transparency": 0} if mode in ("P", "L") else {}
    if mode in ("LA", "RGBA"):
        picture.putalpha(picture.convert("L"))
    picture.save(path, "PNG", **options)


def png_of_16_bits(dice, width, height):
    """Colours of 16 bits, which Pillow reads but does not write."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + dice.randbytes(6 * width) for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def expected(path, side, filtering):
    picture = Image.open(path).convert("RGB")
    width, height = picture.size
    short, long = min(width, height), int(side * max(width, height) / min(width, height))
    size = (side, long) if width <= height else (long, side)
    if short != side:
        picture = picture.resize(size, filtering)
    left, top = (int(round((size - CROP) / 2.0)) for size in picture.size)
    return picture.crop((left, top, left + CROP, top + CROP)).tobytes()


def main():
    folder, dice, count = pathlib.Path(sys.argv[1]), random.Random(1), 0
    sizes = [(1, 1), (1, 40), (40, 1), (3, 500), (500, 3), (256, 256), (224, 224), (248, 300), (255, 257)]
    while count < 220:
        width, height = sizes[count] if count < len(sizes) else (dice.randrange(2, 700), dice.randrange(2, 700))
        mode = "L" if count % 5 == 4 else "RGB"
        options = {"quality": dice.randrange(5, 101), "progressive": count % 3 == 1, "optimize": count % 7 == 2}
        if mode == "RGB":
            options["subsampling"] = count % 3
        if count % 11 == 3:  # orientation 6, which torchvision ignores
            exif = Image.Exif()
            exif[0x0112] = 6
            options["exif"] = exif
        made_picture(dice, width, height, mode).save(folder / f"{count:03}.jpg", **options)
        count += 1
    for kind in ["marked", "unmarked", "ycck"] * 4:
        four_inks(dice, folder / f"{count:03}.jpg", kind)
        count += 1
    for mode in ["1", "L", "LA", "P", "RGB", "RGBA", "grey16", "rgb16"] * 2:
        png(dice, folder / f"{count:03}.jpg", mode)
        count += 1
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*.JPEG")) if len(sys.argv) > 2 else []:
        os.symlink(path.resolve(), folder / f"{count:03}.jpg")
        count += 1
    for number in range(count):
        for profile, (side, filtering) in PROFILES.items():
            (folder / f"{number:03}.{profile}.rgb").write_bytes(expected(folder / f"{number:03}.jpg", side, filtering))
    print(count)


if __name__ == "__main__":
    main()
