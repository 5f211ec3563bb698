#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods that prune bit columns, restated in plain Python from the paper: slow, obvious, independent of the C code.

Everything here works on lists of bits and tries all candidates; the C code uses closed forms. Writes test vectors:
    python3 tests/oracle/columns.py tests/data/columns.txt.gz
Each line is "W <weights>" (a group, two hexadecimal digits a weight, two's complement) or, for the group above it,
"<method or spec> <N> <redundant> <constant> <errors>", errors = value - weight, separated by spaces, trailing zeros left out.
"""
import gzip
import io
import random
import sys
from fractions import Fraction
from functools import lru_cache

SEED = 20240905
GROUPS = 24000
CONSTANT_BITS = 6
NEAR = 10  # per cent


# ---- bits ----

def twos_complement(value):
    """Eight bits of a signed byte, sign first."""
    return [(value >> (7 - column)) & 1 for column in range(8)]


def magnitude_bits(value):
    """Seven bits of |value|; -128 has no sign-magnitude form and saturates."""
    magnitude = min(abs(value), 127)
    return [(magnitude >> (7 - column)) & 1 for column in range(1, 8)]


def round_half_even(fraction):
    floor = fraction.numerator // fraction.denominator
    rest = fraction - floor
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2 == 1):
        return floor + 1
    return floor


def redundant_columns(values, most):
    """Columns directly behind the sign that equal it in every value, at most `most`."""
    rows = [twos_complement(value) for value in values]
    count = 0
    while count < most and all(row[count + 1] == row[0] for row in rows):
        count += 1
    return count


@lru_cache(maxsize=None)
def nearest_multiple(value, step, least, most, ties="zero"):
    """The multiple of `step` within [least, most] nearest to value; of two, the one nearer to zero, or the even multiple."""
    candidates = [multiple for multiple in range(-256, 257) if multiple % step == 0 and least <= multiple <= most]
    preference = {"zero": abs, "even": lambda multiple: multiple // step % 2}[ties]
    return min(candidates, key=lambda multiple: (abs(multiple - value), preference(multiple)))


# ---- methods: (weights, N) -> (redundant, constant, values) ----

def rounded_averaging(weights, columns):
    redundant = redundant_columns(weights, min(3, columns))
    low = columns - redundant
    if low == 0:
        return redundant, 0, list(weights)
    lows = [int("".join(map(str, twos_complement(weight)[8 - low:])), 2) for weight in weights]
    mean = round_half_even(Fraction(sum(lows), len(lows)))
    return redundant, mean, [weight - part + mean for weight, part in zip(weights, lows)]


def encode_shifted(weights, columns, shift, ties):
    """(redundant, values) of one shift."""
    clipped = [max(-128, min(127, weight + shift)) for weight in weights]
    redundant = redundant_columns(clipped, min(3, columns))
    step = 2 ** (columns - redundant)
    least, most = -(2 ** (7 - redundant)), 2 ** (7 - redundant) - step
    return redundant, [nearest_multiple(value, step, least, most, ties) - shift for value in clipped]


def zero_point_shifting(weights, columns, ties="even", near=0, bits=CONSTANT_BITS):
    """Of the shifts with a squared error of at most `near` per cent above the least, the one of least absolute sum of
    errors, then of least squared error, then the lowest; `near` None: the lowest shift of least squared error."""
    tried = []
    for constant in range(2 ** (bits - 1) - 1, -(2 ** (bits - 1)) - 1, -1):  # the stored constant; the shift ascends
        redundant, values = encode_shifted(weights, columns, -constant, ties)
        errors = [value - weight for value, weight in zip(values, weights)]
        tried.append((sum(error ** 2 for error in errors), abs(sum(errors)), redundant, constant, values))
    best = min(tried, key=lambda attempt: attempt[0])
    if near is not None:
        most = Fraction(100 + near, 100) * best[0]
        best = min((attempt for attempt in tried if attempt[0] <= most), key=lambda attempt: (attempt[1], attempt[0]))
    return best[2:]


def zero_point_lowest(weights, columns):
    return zero_point_shifting(weights, columns, near=None)


def zero_point_to_zero(weights, columns):
    return zero_point_shifting(weights, columns, ties="zero", near=None)


def zero_point_near_mean(weights, columns):
    return zero_point_shifting(weights, columns, near=NEAR)


def bit_flip(weights, columns):
    rows = [magnitude_bits(weight) for weight in weights]
    zero = [all(row[column - 1] == 0 for row in rows) for column in range(1, 8)]  # of columns 1..7
    prune_from = 8 - columns
    already = 0
    for column in range(1, 8):
        if prune_from > column and zero[column - 1]:
            prune_from += 1
            already += 1
    signs = [-1 if weight < 0 else 1 for weight in weights]
    magnitudes = [min(abs(weight), 127) for weight in weights]
    already = min(already, columns)  # no more than N are left out
    if prune_from >= 8:
        return already, 0, [sign * magnitude for sign, magnitude in zip(signs, magnitudes)]
    last = max([column for column in range(1, prune_from) if zero[column - 1]], default=0)
    field = 2 ** (7 - last)
    step = 2 ** (8 - prune_from)
    values = []
    for sign, magnitude in zip(signs, magnitudes):
        low = magnitude % field
        values.append(sign * (magnitude - low + nearest_multiple(low, step, 0, field - step)))
    return already, 0, values


def zero_point_released(weights, columns, bits=5):
    """What the authors' repository computes (sign-magnitude, shifts -2^(p-1) to 2^(p-1) - 1, no limit of three)."""
    best = None
    for shift in range(-(2 ** (bits - 1)), 2 ** (bits - 1)):
        shifted = [max(-127, min(127, weight + shift)) for weight in weights]
        rows = [magnitude_bits(value) for value in shifted]
        leading = 0
        while leading < 7 and all(row[leading] == 0 for row in rows):
            leading += 1
        low = columns - leading
        magnitudes = [abs(value) for value in shifted]
        if low > 0:
            magnitudes = [nearest_multiple(m, 2 ** low, 0, 2 ** (7 - leading) - 2 ** low) for m in magnitudes]
        values = [(-m if value < 0 else m) - shift for m, value in zip(magnitudes, shifted)]
        error = sum((value - weight) ** 2 for value, weight in zip(values, weights))
        if best is None or error < best[0]:
            best = error, leading, -shift, values
    return best[1:]


def better_of_both(weights, columns):
    """Rounded averaging where its constant fits six signed bits and its squared error, then its absolute sum of errors, is
    not above that of zero-point shifting."""
    def errors(result):
        differences = [value - weight for value, weight in zip(result[2], weights)]
        return sum(difference ** 2 for difference in differences), abs(sum(differences))
    averaged, shifted = rounded_averaging(weights, columns), zero_point_shifting(weights, columns)
    return averaged if averaged[1] <= 31 and errors(averaged) <= errors(shifted) else shifted


METHODS = {"ra": rounded_averaging, "zps": zero_point_shifting, "zps:choice=lowest": zero_point_lowest,
           "best": better_of_both, "zps:choice=lowest:ties=zero": zero_point_to_zero, f"zps:near={NEAR}": zero_point_near_mean, "bitflip": bit_flip,
           "zps-released": zero_point_released}


# ---- groups ----

def clamp(value):
    return max(-128, min(127, round(value)))


DISTRIBUTIONS = {
    "uniform": lambda rng, size: [rng.randint(-128, 127) for _ in range(size)],
    "normal": lambda rng, size: [clamp(rng.gauss(0, 30)) for _ in range(size)],
    "narrow": lambda rng, size: [clamp(rng.gauss(rng.choice((0, 12)), 5)) for _ in range(size)],
    "outliers": lambda rng, size: [clamp(rng.gauss(0, 10) * (8 if rng.random() < 0.05 else 1)) for _ in range(size)],
}

EDGES = [[0], [1], [-1], [127], [-128], [-127], [0] * 32, [127] * 32, [-128] * 32, [-128, 127] * 16, [-1] * 32, [-1, 0] * 16,
         [63, -64], [64, -65], [31, -32], [15, -16], [32] * 4, list(range(-128, -96)), list(range(96, 128)),
         list(range(-16, 16)), [-128] + [0] * 31, [127] + [0] * 31, [8] * 31, [8, -8] * 8, [4, 12, 20, 28], [2, 6, 10, 14],
         [77, -25, 6, -11], [-11, 20, -57, 13], [81, -20, 1, -7], list(range(-128, 128))]


def write_group(out, weights, cases):
    out.write("W " + "".join(f"{weight & 255:02x}" for weight in weights) + "\n")
    for method, columns in cases:
        redundant, constant, values = METHODS[method](weights, columns)
        errors = [value - weight for value, weight in zip(values, weights)]
        while errors and errors[-1] == 0:
            errors.pop()
        out.write(f"{method} {columns} {redundant} {constant} {' '.join(map(str, errors))}".rstrip() + "\n")


def main(path):
    rng = random.Random(SEED)
    text = io.StringIO()
    for weights in EDGES:
        write_group(text, weights, [(method, columns) for method in METHODS for columns in range(1, 7)])
    for index in range(GROUPS):
        weights = DISTRIBUTIONS[list(DISTRIBUTIONS)[index % 4]](rng, rng.choice((32, rng.randint(4, 64))))
        columns = rng.randint(1, 6)
        write_group(text, weights, [(method, columns) for method in rng.sample(sorted(METHODS), 1)])
    with open(path, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as out:
        out.write(text.getvalue().encode())


if __name__ == "__main__":
    main(sys.argv[1])
