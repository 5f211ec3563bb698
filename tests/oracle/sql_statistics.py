#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQL statistics of bench/rows/functions.c, restated with Python's exact fractions and its standard library: no GSL.

    sql_statistics.py FILE     write the vectors
    sql_statistics.py check    compare tests/data/statistics.csv with what would be written

Each row is one call: the function, its values (separated by blanks), its parameter, and the result with 15 digits."""
import math
import sys
from fractions import Fraction
from statistics import NormalDist

COMMITTED = "tests/data/statistics.csv"


def numbers(seed, count, least, most):
    """Decimals of four places from a linear congruential generator: the same everywhere."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append(Fraction(least * 10000 + (state >> 33) % ((most - least) * 10000 + 1), 10000))
    return values


def nth_root_of_product(values):
    """The geometric mean of positive fractions: the product is exact; its logarithm is taken once, of top and bottom."""
    product = Fraction(1)
    for value in values:
        product *= value
    return math.exp((math.log(product.numerator) - math.log(product.denominator)) / len(values))


def quantile(values, share):
    """Linear between the two nearest of the sorted values, at (n - 1) share from 0: Hyndman and Fan's type 7, as GSL, R and NumPy."""
    values = sorted(values)
    at = (len(values) - 1) * share
    low = math.floor(at)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (at - low) * (values[high] - values[low]))


def deviation(values):
    """The root of the squared distances from the mean over n - 1; the sum is exact."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return math.sqrt(variance)


def wilson(correct, samples, sign):
    """Where |p - share| = z sqrt(p (1 - p) / n): the end is found by halving, not by the closed formula."""
    z, share = NormalDist().inv_cdf(0.975), correct / samples
    inside, outside = share, float(sign > 0)
    if inside == outside:
        return outside
    for _ in range(200):
        middle = (inside + outside) / 2
        if abs(middle - share) <= z * math.sqrt(middle * (1 - middle) / samples):
            inside = middle
        else:
            outside = middle
    return inside


def mcnemar(lost, gained):
    """Twice the smaller tail of the binomial with 1/2, as an exact fraction, at most 1."""
    tail = sum(math.comb(lost + gained, k) for k in range(min(lost, gained) + 1))
    return float(min(Fraction(1), 2 * Fraction(tail, 2 ** (lost + gained))))


def vectors():
    groups = [[Fraction(5, 2)], numbers(1, 2, 1, 9), numbers(2, 3, 0, 1), numbers(3, 4, -5, 5), numbers(4, 7, 1, 4), numbers(5, 50, 0, 2),
              numbers(6, 101, 1, 1000), [Fraction(3)] * 5, [Fraction(1, 4), Fraction(4)], [Fraction(0), Fraction(7)], numbers(7, 200, 1, 100)]
    for values in groups:
        if min(values) > 0:
            yield "geomean", values, "", nth_root_of_product(values)
        yield "median", values, "", quantile(values, Fraction(1, 2))
        if len(values) > 1:
            yield "deviation", values, "", deviation([Fraction(value) for value in values])
        for share in ("0", "0.025", "0.25", "0.3", "0.5", "0.9", "0.975", "1"):
            yield "quantile", values, share, quantile(values, Fraction(share))
    for correct, samples in ((0, 1), (1, 1), (1, 2), (0, 10), (10, 10), (3, 7), (470, 512), (1874, 2000), (2000, 2000), (9370, 10000), (38123, 50000)):
        yield "wilson_low", [correct, samples], "", wilson(correct, samples, -1)
        yield "wilson_high", [correct, samples], "", wilson(correct, samples, 1)
    for lost, gained in ((0, 0), (1, 0), (0, 1), (5, 0), (2, 8), (8, 2), (7, 7), (13, 2), (40, 61), (250, 310), (0, 60)):
        yield "mcnemar_p", [lost, gained], "", mcnemar(lost, gained)


def text():
    lines = ["function,values,parameter,result"]
    for function, values, parameter, result in vectors():
        lines.append("%s,%s,%s,%.15g" % (function, " ".join("%.15g" % value for value in values), parameter, result))
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "check":
        with open(COMMITTED, encoding="utf-8") as committed:
            sys.exit(0 if committed.read() == text() else COMMITTED + " is not what the oracle computes: make oracle")
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(text())


main()
