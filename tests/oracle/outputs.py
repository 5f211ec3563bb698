#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bench/measure/outputs.h measures of logits, restated in decimals of 50 digits: softmax is divided out, no logarithm of a sum.

    outputs.py FILE     write the vectors
    outputs.py check    compare tests/data/outputs.csv with what would be written

Each row: logits and those of a reference (separated by blanks, exact as float32), the label, and the four measures."""
import sys
from decimal import Decimal, getcontext

COMMITTED = "tests/data/outputs.csv"
getcontext().prec = 50


def logits_of(seed, count, halves):
    """Multiples of 1/64 from a linear congruential generator, within +-halves: float32 holds them exactly."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append(Decimal((state >> 33) % (128 * halves + 1) - 64 * halves) / 64)
    return values


def softmax(logits):
    powers = [value.exp() for value in logits]
    return [power / sum(powers) for power in powers]


def measures(logits, reference, label):
    p, q = softmax(logits), softmax(reference)
    kl = sum(b * (b / a).ln() for a, b in zip(p, q))
    centre, other = sum(logits) / len(logits), sum(reference) / len(reference)
    error = sum(((a - centre) - (b - other)) ** 2 for a, b in zip(logits, reference))
    norm = sum((b - other) ** 2 for b in reference)
    margin = logits[label] - max(value for i, value in enumerate(logits) if i != label)
    return kl, (error / norm).sqrt(), -p[label].ln(), margin


def vectors():
    for case, (classes, spread) in enumerate([(2, 1), (2, 8), (3, 4), (10, 2), (10, 12), (10, 40), (100, 6), (200, 20)]):
        reference = logits_of(10 * case + 1, classes, spread)
        for step, share in enumerate((0, 1, 4, 16)):
            noise = logits_of(10 * case + 2 + step, classes, 1)
            logits = [a + share * b for a, b in zip(reference, noise)]
            yield logits, reference, (case + 7 * step) % classes


def text():
    lines = ["logits,reference,label,kl,logit_error,cross_entropy,margin"]
    for logits, reference, label in vectors():
        cells = [" ".join("%.10g" % value for value in vector) for vector in (logits, reference)]
        lines.append(",".join(cells + [str(label)] + ["%.12g" % value for value in measures(logits, reference, label)]))
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
