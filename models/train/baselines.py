# SPDX-License-Identifier: GPL-3.0-or-later
"""What simple methods reach on the text tasks of the compact BERTs: /usr/bin/python3 models/train/baselines.py > FILE.csv

Each is a logistic regression, trained on the training part and counted on the test part, on
* reviews: words and pairs of neighbouring words, weighted by tf-idf, rows of unit length (L2 penalty: `STRENGTH` / 2 |w|^2
  beside the sum of the losses);
* pairs: five measures of how many words two passages share, standardised.
Beside them stands the answer that is most frequent in training. Words are those of BERT's tokenizer before the word pieces
(text.py), so a baseline and its network see the same text. Deterministic: full batches, zeros to begin with.
"""
import argparse
import collections
import math
import pathlib

import torch
from torch.nn import functional

import text

STRENGTH = 1.0


def fit(score, weights, labels):
    """Minimise the logistic loss of score(weights) over `weights` by L-BFGS."""
    optimiser = torch.optim.LBFGS([weights], max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = functional.binary_cross_entropy_with_logits(score(weights), labels.double(), reduction="sum")
        value = value + STRENGTH / 2 * weights[:-1].square().sum()  # the last one is the intercept
        value.backward()
        return value

    optimiser.step(loss)
    return weights.detach()


def count(scores, labels):
    return ((scores > 0) == (labels > 0)).sum().item()


# ===  Reviews  ===

def grams(words):
    return words + [f"{first} {second}" for first, second in zip(words, words[1:])]


def document_weights(documents):
    """Inverse document frequency of each word: ln((1 + documents) / (1 + documents with it)) + 1."""
    found = collections.Counter(word for words in documents for word in set(words))
    return {word: math.log((1 + len(documents)) / (1 + times)) + 1 for word, times in found.items()}


def rows_of(documents, rare, numbers):
    """Sparse rows for embedding_bag: (columns, where each row begins, values); unknown words are left out."""
    columns, begins, values = [], [], []
    for words in documents:
        counts = {word: times for word, times in collections.Counter(words).items() if word in numbers}
        row = [times * rare[word] for word, times in counts.items()]
        length = math.sqrt(sum(value * value for value in row)) or 1.0
        begins.append(len(columns))
        columns += [numbers[word] for word in counts]
        values += [value / length for value in row]
    return torch.tensor(columns), torch.tensor(begins), torch.tensor(values, dtype=torch.float64)


def linear(rows, weights):
    columns, begins, values = rows
    return functional.embedding_bag(columns, weights[:-1, None], begins, mode="sum", per_sample_weights=values)[:, 0] + weights[-1]


def of_reviews(folder):
    parts = {part: text.reviews(folder, part) for part in ("train", "test")}
    documents = {part: [grams(text.words_of(review)) for review, _ in rows] for part, rows in parts.items()}
    labels = {part: torch.tensor([label for _, label in rows]) for part, rows in parts.items()}
    rare = document_weights(documents["train"])
    numbers = {word: number for number, word in enumerate(rare)}
    train, test = (rows_of(documents[part], rare, numbers) for part in ("train", "test"))
    start = torch.zeros(len(numbers) + 1, dtype=torch.float64, requires_grad=True)
    weights = fit(lambda w: linear(train, w), start, labels["train"])
    return labels, linear(test, weights)


# ===  Pairs  ===

def measures(first, second, rare):
    """Five measures of shared words: Jaccard's index of the sets; share of the smaller set; the same two weighted by rarity;
    the rarest shared word."""
    a, b = set(first), set(second)
    shared, either = a & b, a | b

    def total(words):
        return sum(rare.get(word, 0.0) for word in words)

    return [len(shared) / len(either), len(shared) / min(len(a), len(b)), total(shared) / (total(either) or 1.0),
            total(shared) / (min(total(a), total(b)) or 1.0), max((rare.get(word, 0.0) for word in shared), default=0.0)]


def of_pairs(folder):
    parts = {part: [(text.words_of(a), text.words_of(b), label) for a, b, label in text.pairs(folder, part)]
             for part in ("train", "test")}
    labels = {part: torch.tensor([label for _, _, label in rows]) for part, rows in parts.items()}
    rare = document_weights([words for row in parts["train"] for words in row[:2]])
    train, test = (torch.tensor([measures(a, b, rare) for a, b, _ in parts[part]], dtype=torch.float64) for part in ("train", "test"))
    middle, spread = train.mean(0), train.std(0)
    train, test = (train - middle) / spread, (test - middle) / spread
    weights = fit(lambda w: train @ w[:-1] + w[-1], torch.zeros(6, dtype=torch.float64, requires_grad=True), labels["train"])
    return labels, test @ weights[:-1] + weights[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("build/datasets"), help="what datasets/reviews.R wrote")
    folder = parser.parse_args().data
    torch.set_num_threads(1)
    print("net,baseline,correct,samples,percent")
    for net, title, run in (("bert_sst2", "tf-idf of words and word pairs", of_reviews),
                            ("bert_mrpc", "five measures of shared words", of_pairs)):
        labels, scores = run(folder)
        samples = len(labels["test"])
        most = int(2 * labels["train"].sum().item() >= len(labels["train"]))
        for name, right in (("most frequent answer", (labels["test"] == most).sum().item()), (title, count(scores, labels["test"]))):
            print(f"{net},{name},{right},{samples},{100 * right / samples:.2f}")


if __name__ == "__main__":
    main()
