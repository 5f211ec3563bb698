# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights and inputs by formula: tests/unit/made_weights.h said again in numpy. Value i of tensor NAME is
u = splitmix64(fnv1a(NAME) + i) in [-1, 1), scaled by what the tensor is."""
import math

import numpy
import torch


def uniform(name, count):
    x = 0xcbf29ce484222325
    for byte in name.encode():
        x = ((x ^ byte) * 0x100000001b3) % 2**64
    with numpy.errstate(over="ignore"):
        x = numpy.uint64(x) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9e3779b97f4a7c15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xbf58476d1ce4e5b9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94d049bb133111eb)
        x = x ^ (x >> numpy.uint64(31))
    return (x >> numpy.uint64(40)).astype(numpy.float64) / 2**23 - 1.0


def tensor(name, *shape):
    product = len(shape) >= 2 and name.endswith(".weight") and "embeddings" not in name
    if product:
        scale = math.sqrt(3.0 / math.prod(shape[1:]))
    else:
        scale = 0.5 if len(shape) >= 2 or name.endswith("running_var") else 0.1
    middle = 1.0 if len(shape) == 1 and name.endswith((".weight", "running_var")) else 0.0
    values = (middle + scale * uniform(name, math.prod(shape))).astype(numpy.float32)
    return torch.from_numpy(values).reshape(shape)


class Made(dict):
    """A state dict whose tensors come into being when they are asked for, by name and shape."""

    def __call__(self, name, *shape):
        if name not in self:
            self[name] = tensor(name, *shape)
        assert tuple(self[name].shape) == shape, (name, self[name].shape, shape)
        return self[name]


def image(sample, *shape):
    return torch.from_numpy(uniform(f"input {sample}", math.prod(shape)).astype(numpy.float32)).reshape(1, *shape)


def text(sample, width, words):
    """(word numbers, segment numbers) of a text whose length depends on the sample."""
    length = 5 + 13 * sample
    values = uniform(f"input {sample}", 2 * width).astype(numpy.float32)[:length]
    numbers = numpy.floor((values + numpy.float32(1)) / numpy.float32(2) * numpy.float32(words)).astype(numpy.int64)
    segments = (numpy.arange(length) >= length // 2).astype(numpy.int64)
    return torch.from_numpy(numbers), torch.from_numpy(segments)
