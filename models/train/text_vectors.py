# SPDX-License-Identifier: GPL-3.0-or-later
"""Vectors of word pieces from what stands near them: the BERTs' word embeddings begin with these.

4,000 reviews are too few to find meanings by guessing hidden words alone; the factors of the positive pointwise mutual
information of neighbours (Levy and Goldberg 2014) hold them at once.
"""
import torch

import text_rows

REACH = 6      # pieces to either side
SMOOTH = 0.75  # exponent of the context's frequency (Levy et al. 2015, 3.2)


def neighbours(documents, words):
    """counts[i, j]: how often j stands at most REACH pieces from i, near ones counted more."""
    counts = torch.zeros(words * words)
    for document in documents:
        numbers = torch.tensor(text_rows.pieces(document))
        for step in range(1, min(REACH, len(numbers) - 1) + 1):
            cells = numbers[:-step] * words + numbers[step:]
            counts.index_add_(0, cells, torch.full((len(cells),), 1 - (step - 1) / REACH))
    counts = counts.reshape(words, words)
    return counts + counts.T


def vectors(documents, words, width, spread):
    """[words, width]; components of standard deviation `spread` on average, 0 for pieces that never occur."""
    counts = neighbours(documents, words)
    context = counts.sum(0) ** SMOOTH
    expected = counts.sum(1, keepdim=True) * (context / context.sum())
    information = torch.log(counts / expected.clamp(min=1e-9)).clamp(min=0)  # log(0) is below 0 too
    torch.manual_seed(0)
    left, values, _ = torch.svd_lowrank(information, width + 32, niter=2)
    found = left[:, :width] * values[:width].sqrt()
    return found * (spread / found.std())
