# SPDX-License-Identifier: GPL-3.0-or-later
"""Training data, as uint8 tensors. Nothing of a data set is ever committed: it is read where Debian's package puts it."""
import collections
import gzip
import pathlib
import struct

import numpy
import torch

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")  # Debian package dataset-fashion-mnist

# The preprocessing profile "fashion-mnist-v1" of bench/nets: pixel / 255, then (x - mean) / std, grey repeated to 3 channels.
MEAN, STD = 0.2860, 0.3530

# What train.py needs of a data set: load("training" or "test") gives pictures uint8 and classes, vary(pictures, generator) a
# new variation of training pictures, normalise(pictures) the input of a network.
Source = collections.namedtuple("Source", "name classes load vary normalise")


def read_idx(path):
    """One idx file (Yann LeCun's format: magic 0, 0, 8 = uint8, number of dimensions; big-endian sizes; data)."""
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    dimensions = raw[3]
    shape = struct.unpack(f">{dimensions}I", raw[4:4 + 4 * dimensions])
    return torch.from_numpy(numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape).copy())


def find(folder, stem):
    for name in (f"{stem}.gz", stem):
        if (folder / name).exists():
            return folder / name
    raise SystemExit(f"error: {folder / stem}[.gz] is missing; install it: apt-get install dataset-fashion-mnist")


def fashion_mnist(part, folder=FASHION_MNIST):
    """(images [N, 28, 28] uint8, labels [N] int64) of part "train" (60,000) or "t10k" (10,000)."""
    images = read_idx(find(folder, f"{part}-images-idx3-ubyte"))
    labels = read_idx(find(folder, f"{part}-labels-idx1-ubyte")).long()
    return images, labels


def normalise(images):
    """[N, H, W] uint8 -> [N, 3, H, W] float, as the profile says."""
    x = (images.float() / 255 - MEAN) / STD
    return x[:, None].expand(-1, 3, -1, -1)


def augment(images, generator, pad=2):
    """Random horizontal flip and a random crop out of the image padded by `pad`, one of each for every image."""
    count, height, width = images.shape
    flip = torch.rand(count, generator=generator) < 0.5
    images = torch.where(flip[:, None, None], images.flip(2), images)
    padded = torch.nn.functional.pad(images, (pad, pad, pad, pad))
    top = torch.randint(0, 2 * pad + 1, (count, 1, 1), generator=generator)
    left = torch.randint(0, 2 * pad + 1, (count, 1, 1), generator=generator)
    rows = top + torch.arange(height)[None, :, None]
    columns = left + torch.arange(width)[None, None, :]
    return padded[torch.arange(count)[:, None, None], rows, columns]


FASHION = Source("fashion-mnist", 10, lambda part: fashion_mnist({"training": "train", "test": "t10k"}[part]), augment, normalise)
