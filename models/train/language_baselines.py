# SPDX-License-Identifier: GPL-3.0-or-later
"""What simple models reach on the text of the compact language model: language_baselines.py > FILE.csv

N-grams of the same pieces, counted in the training part: the share of a piece after the n - 1 before it, smoothed by that of
the n - 1-gram as Witten and Bell (1991, method C) do, which has no constant to choose; below a single piece all are
equal. They see the pieces before a window too, which the network does not. Beside them xz -9: how much longer the
compressed training part becomes with the test part behind it. Bits a byte compare them all.
"""
import argparse
import collections
import lzma
import math
import pathlib

import bible
import byte_pairs

ORDERS = 4


class Grams:
    """counts[n][context][piece] of all contexts of n pieces, n < ORDERS."""

    def __init__(self, numbers, words):
        self.words = words
        self.counts = [collections.defaultdict(collections.Counter) for _ in range(ORDERS)]
        for place, piece in enumerate(numbers):
            for before in range(min(ORDERS, place + 1)):
                self.counts[before][tuple(numbers[place - before:place])][piece] += 1
        self.totals = [{context: sum(seen.values()) for context, seen in counts.items()} for counts in self.counts]

    def shares(self, numbers, place):
        """The probability of the piece at `place` with 0, 1, ... pieces before it."""
        share, shares = 1 / self.words, []
        for before in range(ORDERS):
            context = tuple(numbers[max(place - before, 0):place])
            seen = self.counts[before].get(context) if len(context) == before else None
            if seen:
                share = (seen[numbers[place]] + len(seen) * share) / (self.totals[before][context] + len(seen))
            shares.append(share)
        return shares


def compressed(text):
    return len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=pathlib.Path, default=pathlib.Path("models/compact/llama.tokenizer.bin"))
    parser.add_argument("--bible", default="bible", help="the program of Debian's bible-kjv")
    parser.add_argument("--bible-data", default="/usr/lib", help="folder of its text")
    options = parser.parse_args()
    texts = bible.parts(options.bible, options.bible_data)
    pieces = byte_pairs.read(options.tokenizer)
    train, test = (byte_pairs.Encoder(pieces)(text) for text in texts)
    grams, nats = Grams(train, len(pieces)), [0.0] * ORDERS
    for place in range(len(test)):
        for before, share in enumerate(grams.shares(test, place)):
            nats[before] -= math.log(share)
    print("baseline,nats,perplexity,bits_per_byte,tokens,bytes")
    for before, total in enumerate(nats):
        mean = total / len(test)
        print(f"{before + 1}-gram,{mean:.5f},{math.exp(mean):.4f},{total / math.log(2) / len(texts[1]):.4f},{len(test)},{len(texts[1])}")
    longer = compressed(texts[0] + texts[1]) - compressed(texts[0])
    print(f"xz,,,{8 * longer / len(texts[1]):.4f},,{len(texts[1])}")


if __name__ == "__main__":
    main()
