#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods BBS is compared with, restated in plain Python from their papers: slow, obvious, independent of the C code.

Formats are lists of all their values, decoded from their codes; errors are exact fractions; float32 is Python's float
packed into four bytes. Writes test vectors:
    python3 tests/oracle/rivals.py tests/data/rivals.txt.gz
Lines, numbers as hexadecimal digits behind one another (float32 8, int8 2, int16 4, big-endian):
    L <name> <k> <c> <kh> <kw>           a layer; the next three lines are its weights, INT8 weights and scales
    W <float32 ...>  Q <int8 ...>  S <float32 ...>
    M <method> <bits> <variant or -> <group> <clip 0 or 1> <mask, a digit a channel, or -> <value_bits> <meta_bits>
    V <int16 ...> and R <float32 ...>    its values and scales, or
    F <float32 ...>                      its floats
    A <method> <bits> <variant> <flat 0 or 1> <channels> <positions>   activations [channel][position]; then F before
                                         (on which it is fitted, too) and F after
    N <bits> <channels> <spread> <rows> <outputs>   a fit of NoisyQuant: F rows [rows][channels * spread], a digit for each:
                                         1 inside the plane, F weights, F scale and noises, F before and F after
"""
import gzip
import io
import math
import random
import struct
import sys
from bisect import bisect_left
from decimal import Decimal, getcontext
from fractions import Fraction

SEED = 20240906
getcontext().prec = 60


# ---- float32 ----

def f32(value):
    """The float32 nearest to a float: correct for single sums, products and quotients of float32 numbers."""
    try:
        return struct.unpack(">f", struct.pack(">f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def quotient(dividend, divisor):
    return f32(dividend / divisor) if divisor != 0 else math.inf


def usable(scale):
    """A scale, or 0 where it or its reciprocal is not finite."""
    return scale if math.isfinite(scale) and math.isfinite(quotient(1.0, scale)) else 0.0


# ---- formats: sorted lists of all values ----

def mirrored(magnitudes):
    return sorted({sign * float(value) for value in magnitudes for sign in (1, -1)})


def integers(bits, signed=True):
    return [float(v) for v in (range(-2 ** (bits - 1), 2 ** (bits - 1)) if signed else range(2 ** bits))]


def powers_of_two(bits, signed=True):
    """Scaled so that the largest is 1."""
    magnitude_bits = bits - 1 if signed else bits
    magnitudes = [0.0] + [2.0 ** -exponent for exponent in range(2 ** magnitude_bits - 1)]
    return mirrored(magnitudes) if signed else sorted(magnitudes)


def flint_code(code):
    """A string of bits: ANT, section IV."""
    bits = len(code)
    if code[0] == "0":
        return int(code, 2)
    rest = code[1:]
    if "1" not in rest:
        return 2 ** (2 * bits - 2)
    zeros = rest.index("1")
    mantissa = rest[zeros + 1:]
    fraction = Fraction(int(mantissa, 2), 2 ** len(mantissa)) if mantissa else 0
    return 2 ** (bits - 1 + zeros) * (1 + fraction)


def flint(bits, signed=True):
    magnitude_bits = bits - 1 if signed else bits
    magnitudes = [float(flint_code(format(code, f"0{magnitude_bits}b"))) for code in range(2 ** magnitude_bits)]
    return mirrored(magnitudes) if signed else sorted(magnitudes)


assert flint(4) == mirrored([0, 1, 2, 3, 4, 6, 8, 16])
assert flint(4, False) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 24, 32, 64]


def minifloat(exponent_bits, mantissa_bits):
    """OCP MX 1.0: every code is a number, exponent 0 is subnormal."""
    bias = 2 ** (exponent_bits - 1) - 1
    magnitudes = []
    for exponent in range(2 ** exponent_bits):
        for mantissa in range(2 ** mantissa_bits):
            fraction = Fraction(mantissa, 2 ** mantissa_bits)
            value = (1 + fraction) * Fraction(2) ** (exponent - bias) if exponent else fraction * Fraction(2) ** (1 - bias)
            magnitudes.append(float(value))
    return mirrored(magnitudes)


assert max(minifloat(2, 3)) == 7.5 and max(minifloat(3, 2)) == 28 and len(minifloat(3, 2)) == 63


def microscaling_integers(bits):
    """Two's complement over 2^(bits - 2), without the most negative code."""
    return [value / 2 ** (bits - 2) for value in range(-2 ** (bits - 1) + 1, 2 ** (bits - 1))]


def abfloat(bias):
    """OliVe, E2M1: (2 + mantissa) << (exponent + bias), code 0 not used."""
    return [float((2 + (code & 1)) << ((code >> 1) + bias)) for code in range(1, 8)]


assert abfloat(2) == [12, 16, 24, 32, 48, 64, 96] and abfloat(3) == [24, 32, 48, 64, 96, 128, 192]


def nearest(levels, x):
    """The nearest level; of two, the one that is an even multiple of their distance."""
    place = bisect_left(levels, x)
    if place == 0:
        return levels[0]
    if place == len(levels):
        return levels[-1]
    below, above = levels[place - 1], levels[place]
    if above == x:
        return above
    down, up = Fraction(x) - Fraction(below), Fraction(above) - Fraction(x)
    if down != up:
        return below if down < up else above
    return below if (Fraction(below) / (Fraction(above) - Fraction(below))) % 2 == 0 else above


def quantised(levels, weights, scale):
    """(level, value) of each weight."""
    if scale == 0:
        return [(0.0, 0.0) for _ in weights]
    reciprocal = quotient(1.0, scale)
    chosen = [nearest(levels, f32(weight * reciprocal)) for weight in weights]
    return [(level, f32(level * scale)) for level in chosen]


def squared_error(weights, values):
    return sum((Fraction(weight) - Fraction(value)) ** 2 for weight, value in zip(weights, values))


def best_scale(quantise, weights, ranges, span):
    """(error, scale) of the first range with the least error; nothing but zeros is the fall-back."""
    best = squared_error(weights, [0.0] * len(weights)), 0.0
    for reach in ranges:
        scale = usable(quotient(reach, span))
        if scale > 0:
            error = squared_error(weights, [value for _, value in quantise(weights, scale)])
            if error < best[0]:
                best = error, scale
    return best


def fit(levels, weights, ranges, span):
    return best_scale(lambda all_weights, scale: quantised(levels, all_weights, scale), weights, ranges, span)


def ranges_of(base, first, last, unit):
    return [f32(base * (i / unit)) for i in range(last, first - 1, -1)]


def largest(weights):
    return max(abs(weight) for weight in weights)


# ---- layers ----

class Layer:
    def __init__(self, name, shape, weights):
        self.name, self.shape = name, shape
        self.k, self.c, self.kh, self.kw = shape
        self.per_channel = self.c * self.kh * self.kw
        self.weights = [f32(weight) for weight in weights]
        assert len(self.weights) == self.k * self.per_channel
        self.q, self.scale = [], []
        for channel in range(self.k):
            levels, scale = absmax(self.channel(channel), 8)
            self.q += levels
            self.scale.append(scale)

    def channel(self, number):
        return self.weights[number * self.per_channel:(number + 1) * self.per_channel]

    def int8(self, number):
        return self.q[number * self.per_channel:(number + 1) * self.per_channel]


def absmax(weights, bits):
    span = 2 ** (bits - 1) - 0.5
    scale = usable(quotient(largest(weights), span))
    return [int(level) for level, _ in quantised(integers(bits), weights, scale)], scale or 1.0


def rows(layer):
    """Places within a channel that follow one another along C, one list a kernel position."""
    positions = layer.kh * layer.kw
    return [[at * positions + position for at in range(layer.c)] for position in range(positions)]


# ---- methods: (layer, bits, variant, group, clip, mask) -> (integers with scales, or floats), value bits, metadata ----

def per_channel(layer, mask, compute):
    """Concatenate compute(channel) over the channels, INT8 where the mask is set."""
    floats = []
    for number in range(layer.k):
        if mask[number]:
            floats += [f32(q * layer.scale[number]) for q in layer.int8(number)]
        else:
            floats += compute(number)
    return floats


def ptq(layer, bits, variant, group, clip, mask):
    values, scales = [], []
    for number in range(layer.k):
        weights = layer.channel(number)
        if mask[number]:
            levels, scale = layer.int8(number), layer.scale[number]
        elif not clip:
            levels, scale = absmax(weights, bits)
        else:
            _, scale = fit(integers(bits), weights, ranges_of(largest(weights), 8, 32, 32), 2 ** (bits - 1) - 0.5)
            levels = [int(level) for level, _ in quantised(integers(bits), weights, scale)]
        values += levels
        scales.append(scale or 1.0)
    return ("integers", values, scales), 0, 0


ELEMENTS = {("e2m3", 6): (minifloat(2, 3), 2), ("e3m2", 6): (minifloat(3, 2), 4),
            ("int", 6): (microscaling_integers(6), 0), ("int", 8): (microscaling_integers(8), 0)}


def microscale(elements, weights):
    levels, exponent = elements
    top = largest(weights)
    shared = math.frexp(top)[1] - 1 - exponent if top else 0
    scale = Fraction(2) ** max(-127, min(127, shared))
    return [f32(float(Fraction(nearest(levels, Fraction(weight) / scale)) * scale)) for weight in weights]


def mx(layer, bits, variant, group, clip, mask):
    groups = 0

    def compute(number):
        nonlocal groups
        weights = layer.channel(number)
        out = [None] * len(weights)
        for places in rows(layer):
            for start in range(0, layer.c, group):
                part = places[start:start + group]
                groups += 1
                for place, value in zip(part, microscale(ELEMENTS[variant, bits], [weights[p] for p in part])):
                    out[place] = value
        return out
    floats = per_channel(layer, mask, compute)
    return ("floats", floats), 0, 8 * groups


def ant_fits(weights, bits, signed=True, top=None):
    top = largest(weights) if top is None else top
    formats = [integers(bits, signed), powers_of_two(bits, signed), flint(bits, signed)]
    return [(levels, *fit(levels, weights, ranges_of(top, 16, 48, 32), max(levels))) for levels in formats]


def ant(layer, bits, variant, group, clip, mask):
    fits = [None if mask[number] else ant_fits(layer.channel(number), bits) for number in range(layer.k)]
    used = [number for number in range(layer.k) if not mask[number]]
    totals = [sum(fits[number][kind][1] for number in used) for kind in range(3)]
    of_tensor = totals.index(min(totals))

    def compute(number):
        errors = [fits[number][kind][1] for kind in range(3)]
        kind = errors.index(min(errors)) if variant == "channel" else of_tensor
        levels, _, scale = fits[number][kind]
        return [value for _, value in quantised(levels, layer.channel(number), scale)]
    return ("floats", per_channel(layer, mask, compute)), 0, 2 * len(used) if variant == "channel" else 2


OLIVE = {"int": ([float(v) for v in range(-7, 8)], abfloat(2)), "flint": (flint(4), abfloat(3))}


def olive_quantised(layer, kind, weights, scale):
    normal, outliers = OLIVE[kind]
    threshold = (max(normal) + min(outliers)) / 2
    values = [0.0] * len(weights)
    if scale == 0:
        return [(None, value) for value in values]
    reciprocal = quotient(1.0, scale)
    for places in rows(layer):
        for start in range(0, layer.c, 2):
            pair = places[start:start + 2]
            xs = [f32(weights[place] * reciprocal) for place in pair]
            strongest = max(range(len(pair)), key=lambda i: (abs(xs[i]), -i))
            if abs(xs[strongest]) > threshold:
                level = math.copysign(nearest(outliers, abs(xs[strongest])), xs[strongest])
                values[pair[strongest]] = f32(level * scale)  # the other stays 0
            else:
                for place, x in zip(pair, xs):
                    values[place] = f32(nearest(normal, x) * scale)
    return [(None, value) for value in values]


def three_sigma(weights):
    exact = [Fraction(weight) for weight in weights]
    mean = sum(exact) / len(exact)
    variance = sum((weight - mean) ** 2 for weight in exact) / len(exact)
    sigma = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return f32(float(abs(mean) + 3 * Fraction(sigma)))


def olive(layer, bits, variant, group, clip, mask):
    def search(weights, kind):
        return best_scale(lambda all_weights, scale: olive_quantised(layer, kind, all_weights, scale), weights,
                          ranges_of(three_sigma(weights), 12, 40, 16), max(OLIVE[kind][0]))
    used = [number for number in range(layer.k) if not mask[number]]
    fits = {kind: {number: search(layer.channel(number), kind) for number in used} for kind in OLIVE}
    totals = {kind: sum(fits[kind][number][0] for number in used) for kind in OLIVE}
    kind = variant if variant != "adaptive" else "int" if totals["int"] <= totals["flint"] else "flint"

    def compute(number):
        return [value for _, value in olive_quantised(layer, kind, layer.channel(number), fits[kind][number][1])]
    padding = len(used) * layer.kh * layer.kw * (layer.c % 2) * 4
    return ("floats", per_channel(layer, mask, compute)), padding, 1


METHODS = {"ptq": ptq, "mx": mx, "ant": ant, "olive": olive}


# ---- activations: values [channel][position] ----

def mx_activations(values, channels, positions, bits, variant, flat):
    """Blocks of 32 along the channels of a position, or along the whole vector that a linear layer reads."""
    vectors = [[channel * positions + position for channel in range(channels)] for position in range(positions)]
    if flat:
        vectors = [list(range(channels * positions))]
    out = [None] * len(values)
    for vector in vectors:
        for start in range(0, len(vector), 32):
            places = vector[start:start + 32]
            for place, value in zip(places, microscale(ELEMENTS[variant, bits], [values[p] for p in places])):
                out[place] = value
    return out


def ant_activations(values, bits):
    """ANT's released code: ranges of 100 to 149 % of the largest (from 75 % below 6 bits, from 95 % above, then only int)."""
    first = 75 if bits < 6 else 100 if bits == 6 else 95
    ranges = [f32(largest(values) * f32(percent / 100)) for percent in range(first, 150)]
    signed = min(values) < 0
    formats = [integers(bits, signed), powers_of_two(bits, signed), flint(bits, signed)][:3 if bits <= 6 else 1]
    fits = [(levels, *fit(levels, values, ranges, max(levels))) for levels in formats]
    errors = [error for _, error, _ in fits]
    levels, _, scale = fits[errors.index(min(errors))]
    return [value for _, value in quantised(levels, values, scale)]


def noise_draw(channel):
    mask = 0xffffffff
    h = channel ^ 0x4e6f6973
    h = (h ^ (h >> 16)) * 0x85ebca6b & mask
    h = (h ^ (h >> 13)) * 0xc2b2ae35 & mask
    h ^= h >> 16
    return (2 * (h >> 9) + 1 - 2 ** 23) / 2 ** 23


def noisy(levels, scale, x, noise):
    """Q(x + noise) - noise."""
    level = nearest(levels, f32(f32(x + noise) * quotient(1.0, scale))) if scale else 0.0
    return f32(f32(level * scale) - noise)


def output_loss(case, levels, scale, noise):
    """The exact squared error of the layer's output. Zero padding is exact: it has neither noise nor error."""
    total = Fraction(0)
    for row, inside in zip(case["rows"], case["inside"]):
        errors = [Fraction(f32(noisy(levels, scale, x, noise[i // case["spread"]]) - x)) if within else 0
                  for i, (x, within) in enumerate(zip(row, inside))]
        for weights in case["weights"]:
            total += sum(error * Fraction(weight) for error, weight in zip(errors, weights) if error) ** 2
    return total


def noisyquant_fit(case, bits):
    """(scale, noise of each channel): clip, then mean, then range, each by the error of the output."""
    span = 2 ** (bits - 1) - 1
    top = largest([x for row in case["rows"] for x in row])
    quiet = [0.0] * case["channels"]
    held = [float(v) for v in range(-span, span + 1)]
    scales = [usable(quotient(f32(top * f32(percent / 100)), span)) for percent in range(100, 0, -1)]
    scale = min(scales, key=lambda candidate: output_loss(case, held, candidate, quiet))
    levels = integers(bits)
    means = [f32(scale * f32(step / 20)) for step in range(-20, 20)]
    mean = min(means, key=lambda candidate: output_loss(case, levels, scale, [candidate] * case["channels"]))

    def noise(reach):
        return [f32(mean + f32(noise_draw(channel) * reach)) for channel in range(case["channels"])]
    reaches = [f32(scale * f32(step / 20)) for step in range(40)]
    reach = min(reaches, key=lambda candidate: output_loss(case, levels, scale, noise(candidate)))
    return scale, noise(reach)


# ---- vectors ----

def layers(rng):
    def normal(count, sigma=0.05):
        return [rng.gauss(0, sigma) for _ in range(count)]

    def laplace(count):
        return [rng.expovariate(20) * rng.choice((1, -1)) for _ in range(count)]

    def outliers(count):
        return [rng.gauss(0, 0.02) * (rng.choice((8, 30)) if rng.random() < 0.08 else 1) for _ in range(count)]
    yield Layer("normal", (3, 40, 3, 3), normal(1080))
    yield Layer("odd", (4, 33, 1, 1), normal(132))
    yield Layer("first", (4, 3, 3, 3), normal(108))
    yield Layer("single", (5, 1, 1, 1), [0.75, 0, -3e-39, -128, 1e30])
    yield Layer("zeros", (3, 70, 1, 1), normal(32) + [0] * 32 + normal(6) + [0] * 70 + [0.3] * 70)
    steps = [rng.randint(-63, 63) / 2 for _ in range(62)] + [31.5, -31.5]
    yield Layer("ties", (3, 64, 1, 1), steps + [step * 4 + 1 for step in steps] + [step / 4 for step in steps])
    spread = [scale * value for scale in (1e37, 1e-37, 1e-42, 1.0, 2.0 ** -119, 3e-38) for value in normal(35, 0.5)]
    yield Layer("scales", (6, 35, 1, 1), spread)
    yield Layer("outliers", (4, 48, 1, 2), outliers(384))
    yield Layer("laplace", (2, 50, 2, 2), laplace(400))
    yield Layer("uniform", (3, 64, 1, 1), [rng.uniform(-1, 1) for _ in range(192)])
    yield Layer("narrow", (1, 256, 1, 1), [1 / 6] * 255 + [1.0])  # a quarter of the range, with 2 bits
    yield Layer("wide", (1, 64, 1, 1), [1.5 / 16 * rng.choice((1, 2, 3, 4, 6, 8, 8, 8)) for _ in range(63)] + [1.0])
    extreme = normal(1800, 0.01)
    extreme[100], extreme[301], extreme[302], extreme[303] = 0.6, -0.4, 0.5, -0.5  # the last two are equal, and a pair
    extreme[1000] = 0.7  # 80 steps or so, between the two greatest outliers of OliVe
    yield Layer("extreme", (2, 900, 1, 1), extreme)


def cases(rng):
    for bits in (2, 3, 4, 5, 6, 8):
        for clip in (0, 1):
            yield "ptq", bits, "-", 32, clip
    for variant, bits in ELEMENTS:
        yield "mx", bits, variant, 32, 0
    yield "mx", 6, "int", 7, 0
    for bits in (4, 5, 6, 7, 8):
        yield "ant", bits, rng.choice(("tensor", "channel")) if bits in (5, 7) else "tensor", 32, 0
    yield "ant", 4, "channel", 32, 0
    for variant in ("adaptive", "int", "flint"):
        yield "olive", 4, variant, 32, 0


def digits(form, values):
    return "".join(struct.pack(">" + form, value).hex() for value in values)


def index_bits(layer, mask):
    return 16 * layer.k if 0 < sum(mask) < layer.k else 0


def write_case(out, layer, case, mask):
    method, bits, variant, group, clip = case
    result, padding, metadata = METHODS[method](layer, bits, variant, group, clip, mask)
    value_bits = sum(layer.per_channel * (8 if whole else bits) for whole in mask) + padding
    shown = "".join("01"[whole] for whole in mask) if any(mask) else "-"
    out.write(f"M {method} {bits} {variant} {group} {clip} {shown} {value_bits} {metadata + index_bits(layer, mask)}\n")
    if result[0] == "integers":
        out.write(f"V {digits('h', result[1])}\nR {digits('f', result[2])}\n")
    else:
        out.write(f"F {digits('f', result[1])}\n")


def write_activations(out, rng):
    for index in range(12):
        channels, positions = rng.choice(((3, 17), (40, 5), (64, 1), (1, 30), (35, 7), (16, 9)))
        shape = (lambda x: max(x, 0.0)) if index % 2 else (lambda x: x)
        values = [f32(shape(rng.gauss(0, 1) * (10 if rng.random() < 0.03 else 1))) for _ in range(channels * positions)]
        if index == 5:
            values = [0.0] * len(values)
        results = [(f"mx {bits} {variant} {flat}", mx_activations(values, channels, positions, bits, variant, flat))
                   for variant, bits in ELEMENTS for flat in (0, 1)]
        results += [(f"ant {bits} tensor 0", ant_activations(values, bits)) for bits in (4, 6, 8)]
        for name, after in results:
            out.write(f"A {name} {channels} {positions}\nF {digits('f', values)}\nF {digits('f', after)}\n")


def write_noisy(out, rng):
    """A linear layer, one of positive inputs, and a convolution of 2 neighbours a channel with zero padding."""
    for bits, channels, spread, rows, outputs, sign in ((6, 9, 1, 7, 5, 1), (8, 5, 1, 4, 18, 0), (4, 4, 2, 6, 3, 1)):
        inputs = channels * spread
        case = {"channels": channels, "spread": spread,
                "rows": [[f32(rng.gauss(0.3, 1) if sign else abs(rng.gauss(0, 1))) for _ in range(inputs)]
                         for _ in range(rows)],
                "weights": [[f32(rng.gauss(0, 0.2)) for _ in range(inputs)] for _ in range(outputs)],
                "inside": [[True] * inputs for _ in range(rows)]}
        for row in range(0, rows if spread > 1 else 0, 3):
            for i in range(0, inputs, spread):
                case["inside"][row][i] = False
                case["rows"][row][i] = 0.0
        scale, noise = noisyquant_fit(case, bits)
        values = [f32(rng.gauss(0, 1.5)) for _ in range(channels * 5)]
        after = [noisy(integers(bits), scale, x, noise[i // 5]) for i, x in enumerate(values)]
        flags = "".join("01"[within] for row in case["inside"] for within in row)
        out.write(f"N {bits} {channels} {spread} {rows} {outputs}\nF {digits('f', sum(case['rows'], []))}\n{flags}\n"
                  f"F {digits('f', sum(case['weights'], []))}\nF {digits('f', [scale] + noise)}\n"
                  f"F {digits('f', values)}\nF {digits('f', after)}\n")


def main(path):
    rng = random.Random(SEED)
    text = io.StringIO()
    for layer in layers(rng):
        text.write(f"L {layer.name} {' '.join(map(str, layer.shape))}\nW {digits('f', layer.weights)}\n"
                   f"Q {digits('b', layer.q)}\nS {digits('f', layer.scale)}\n")
        for number, case in enumerate(cases(rng)):
            share = {4: 0.4, 10: 1, 16: 0.4, 19: 0.4, 22: 0.4, 23: 0.4}.get(number, 0)
            write_case(text, layer, case, [rng.random() < share for _ in range(layer.k)])
    write_activations(text, rng)
    write_noisy(text, rng)
    with open(path, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as out:
        out.write(text.getvalue().encode())


if __name__ == "__main__":
    main(sys.argv[1])
