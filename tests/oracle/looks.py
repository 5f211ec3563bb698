# SPDX-License-Identifier: GPL-3.0-or-later
"""The looks in plots/style.gp: names as in the registries, and colours that can be told apart.

    looks.py STYLE.GP NAMES.CSV          NAMES.CSV: id,title of every accelerator and network of the paper

Contrast is WCAG 2's ratio of relative luminances against white; lightness is CIE L* of that luminance.
"""
import csv
import itertools
import sys

CONTRAST = 3.0   # WCAG 2.1, 1.4.11: graphical objects
LIGHTNESS = 5.0  # L*: neighbours in grey
LISTS = {"designs": "stripes pragmatic bitlet bitwave sparten ant bitvert-cons bitvert-mod".split(),
         "figure 11": "ptq-cons bitwave-cons bbs-cons ptq-mod bitwave-mod bbs-mod".split(),
         "accuracy": "fp32 int8 bbs-cons bbs-mod".split()}


def luminance(colour):
    parts = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(colour):
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def read_looks(path):
    text = open(path, encoding="utf-8").read()
    start = text.index('looks = "') + 9
    entries = text[start:text.index('"', start)].replace("\\\n", " ").split()
    return {name: (title.replace("_", " "), int(colour, 16)) for name, title, colour, _ in (e.split("|") for e in entries)}


def main():
    looks = read_looks(sys.argv[1])
    faults = [f"{name}: contrast {1.05 / (luminance(colour) + 0.05):.2f}" for name, (_, colour) in looks.items()
              if 1.05 / (luminance(colour) + 0.05) < CONTRAST]
    for title, names in LISTS.items():
        faults += [f"{title}: {a} and {b} differ by {abs(lightness(looks[a][1]) - lightness(looks[b][1])):.1f} in L*"
                   for a, b in itertools.combinations(names, 2)
                   if abs(lightness(looks[a][1]) - lightness(looks[b][1])) < LIGHTNESS]
    with open(sys.argv[2], newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name, title = list(row.values())[:2]
            if looks.get(name, ("nothing",))[0] != title:
                faults.append(f"{name} is {looks.get(name, ('nothing',))[0]} in the figures and {title} in the registry")
    print("\n".join(faults))
    return len(faults) > 0


if __name__ == "__main__":
    sys.exit(main())
