# SPDX-License-Identifier: GPL-3.0-or-later
"""Training rows for the BERTs. A row is (piece numbers, segments, label); a document is a list of words, each a list of
piece numbers. Everything is drawn from the generator that is passed, so an epoch follows from its number alone."""
import torch

import text

PASSAGE = 24  # words, as in datasets/reviews.R


def pieces(words):
    return [number for word in words for number in word]


def couple(words, length, order):
    """Two neighbouring passages of `length` words, somewhere in the document."""
    start = order.randint(0, len(words) - 2 * length)
    return words[start:start + length], words[start + length:start + 2 * length]


def paired(couples, longest, order):
    """Each couple as it is or, every second one, with the second passage of another."""
    order.shuffle(couples)
    odd = couples[1::2]
    strangers = [(first, other) for (first, _), (_, other) in zip(odd, odd[1:] + odd[:1])]
    labelled = [(c, 1) for c in couples[::2]] + [(c, 0) for c in strangers]
    return [(*text.sequence(pieces(first), pieces(second), longest), label) for (first, second), label in labelled]


def passage_pairs(documents, longest, order):
    """One pair for each two passages of a document, at a new place in each epoch."""
    return paired([couple(words, PASSAGE, order) for words in documents for _ in range(len(words) // (2 * PASSAGE))], longest, order)


def half_pairs(documents, longest, order):
    """For pre-training: whole documents in two halves, as long as they fit."""
    couples = [couple(words, min(len(words) // 2, order.randint(PASSAGE, 2 * PASSAGE)), order) for words in documents if len(words) > 3]
    return paired(couples, longest, order)


def pack(rows):
    """Tensors, padded to the longest row."""
    longest = max(len(numbers) for numbers, _, _ in rows)
    numbers, segments = (torch.tensor([row[i] + [0] * (longest - len(row[i])) for row in rows]) for i in (0, 1))
    return numbers, segments, torch.tensor([label for _, _, label in rows])


def batches(rows, size, order):
    """Rows of like length together, the batches in a random order."""
    rows = sorted(rows, key=lambda row: len(row[0]) + order.random() * 16)
    made = [rows[i:i + size] for i in range(0, len(rows), size)]
    order.shuffle(made)
    return [pack(batch) for batch in made]


def hide(numbers, share, generator):
    """[MASK] in place of a share of the pieces."""
    chosen = (torch.rand(numbers.shape, generator=generator) < share) & (numbers > text.MASK)
    return numbers.masked_fill(chosen, text.MASK)


def hide_to_guess(numbers, share, words, generator):
    """(shown, chosen): of the chosen pieces 80 % become [MASK], 10 % another piece, 10 % stay (Devlin et al. 2018, 3.1)."""
    draw = torch.rand(numbers.shape, generator=generator) / share
    chosen = (draw < 1) & (numbers > text.MASK)
    shown = numbers.masked_fill(chosen & (draw < 0.8), text.MASK)
    other = torch.randint(text.MASK + 1, words, numbers.shape, generator=generator)
    return torch.where(chosen & (draw >= 0.8) & (draw < 0.9), other, shown), chosen
