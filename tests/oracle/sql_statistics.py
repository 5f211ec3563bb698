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


def wilcoxon(differences):
    """Wilcoxon's signed ranks without zeros: up to 12 differences every choice of signs is tried, up to 50 the sums are counted in a
    dictionary of fractions; beyond that the normal curve, with the variance taken from the ranks themselves: a quarter of the sum of
    their squares, which is what the correction for ties amounts to."""
    differences = [value for value in differences if value != 0]
    if not differences:
        return 1.0
    sizes = sorted(abs(value) for value in differences)
    rank = {size: Fraction(sizes.index(size) + 1 + sizes.index(size) + sizes.count(size), 2) for size in set(sizes)}
    ranks = [rank[abs(value)] for value in differences]
    observed = sum(rank[abs(value)] for value in differences if value > 0)
    if len(ranks) > 50:
        centre = sum(ranks) / 2
        z = max(abs(observed - centre) - Fraction(1, 2), 0) / math.sqrt(sum(r * r for r in ranks) / 4)
        return min(1.0, math.erfc(z / math.sqrt(2)))
    counts = {Fraction(0): 1}
    if len(ranks) <= 12:
        counts = {}
        for signs in range(2 ** len(ranks)):
            total = sum((r for i, r in enumerate(ranks) if signs >> i & 1), Fraction(0))
            counts[total] = counts.get(total, 0) + 1
    else:
        for r in ranks:
            more = dict(counts)
            for total, count in counts.items():
                more[total + r] = more.get(total + r, 0) + count
            counts = more
    below = sum(count for total, count in counts.items() if total <= observed)
    above = sum(count for total, count in counts.items() if total >= observed)
    return float(min(Fraction(1), 2 * Fraction(min(below, above), 2 ** len(ranks))))


# Hamilton's depression scale before and after a tranquilliser, nine patients: Hollander & Wolfe 1973, table 3.1 (p. 29), V = 40, one-sided
# p = .0195; and Darwin's 15 pairs of Zea mays, heights crossed minus self-fertilised in eighths of an inch (Fisher 1935), p = .0413.
DEPRESSION = [Fraction(x) for x in "0.952 -0.147 1.022 0.43 0.62 0.59 0.49 -0.08 0.01".split()]
MAIZE = [Fraction(x) for x in "49 -67 8 16 6 23 28 41 14 29 56 24 75 60 -48".split()]


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
    for values in (DEPRESSION, MAIZE, [Fraction(0)] * 3, [Fraction(2)], [Fraction(1), Fraction(-1)], [Fraction(3)] * 6, [Fraction(-3)] * 6 + [Fraction(0)]):
        yield "wilcoxon_p", values, "", wilcoxon(values)
    for seed, count, least, most in ((11, 8, -2, 3), (12, 12, -1, 2), (13, 13, -3, 4), (14, 49, -4, 5), (15, 50, -1, 1), (16, 51, -1, 1), (17, 60, -3, 4), (18, 200, -1, 1)):
        values = [Fraction(round(value * 4), 4) for value in numbers(seed, count, least, most)]  # quarters: zeros and ties
        yield "wilcoxon_p", values, "", wilcoxon(values)
        values = numbers(seed, count, least, most)
        yield "wilcoxon_p", values, "", wilcoxon(values)
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
