# SPDX-License-Identifier: GPL-3.0-or-later
"""The glyphs of datasets/glyphs as training data: pictures of 48 x 48, disturbed anew each time as the test pictures are.

`make retrain` draws the training pictures into build/glyphs first; the test pictures are in datasets/glyphs.
"""
import pathlib
import sys

import torch
from torch.nn import functional

import data

FOLDER = pathlib.Path("datasets/glyphs")
MASTERS = pathlib.Path("build/glyphs/masters.idx")
CLASSES, SIDE = 2965, 24

sys.path.insert(0, str(FOLDER))
import make_glyphs as maker  # noqa: E402  the largest disturbances, in one place

# The preprocessing profile "glyphs-v1" of bench/data/profile.c.
MEAN, STD = 0.21, 0.32  # of disturbed training pictures


def records(path, side):
    """(pictures [N, side, side] uint8, classes [N], lines of fonts.csv [N]) of a file of make_glyphs.py."""
    rows = data.read_idx(path)
    classes = rows[:, 0].long() * 256 + rows[:, 1].long()
    return rows[:, 3:].reshape(-1, side, side), classes, rows[:, 2].long()


def normalise(images):
    """[N, H, W] uint8 or float of 0 to 255 -> [N, 3, H, W] float, as the profile says."""
    x = (images.float() / 255 - MEAN) / STD
    return x[:, None].expand(-1, 3, -1, -1)


def disturb(images, generator):
    """make_glyphs.disturbed() for a batch [N, 48, 48] uint8: turn, scale, stretch, shear, shift, noise, 16 grey levels."""
    count = len(images)

    def even(most, size=(count,)):
        return (2 * torch.rand(size, generator=generator) - 1) * most

    turn = torch.deg2rad(even(maker.TURN))
    scale, stretch, shear = 1 + even(maker.SCALE), 1 + even(maker.STRETCH), even(maker.SHEAR)
    shift = 2 * even(maker.SHIFT, (count, 2))  # the side is 2 in affine_grid()
    noise = torch.rand(count, generator=generator) * maker.NOISE
    cos, sin = turn.cos(), turn.sin()
    turned = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    shaped = torch.stack([torch.stack([scale * stretch, shear], 1), torch.stack([torch.zeros(count), scale / stretch], 1)], 1)
    back = torch.linalg.inv(turned @ shaped)
    grid = functional.affine_grid(torch.cat([back, -back @ shift[:, :, None]], 2), (count, 1, *images.shape[1:]), align_corners=False)
    moved = functional.grid_sample(images[:, None].float(), grid, align_corners=False)
    small = functional.avg_pool2d(moved, images.shape[1] // SIDE)[:, 0]
    small = small + 255 * noise[:, None, None] * torch.randn(small.shape, generator=generator)
    return (small / maker.GREY).round().clamp(0, 15) * maker.GREY


def load(part):
    """(pictures uint8, classes) of "training" (48 x 48) or "test" (24 x 24)."""
    if part == "test":
        return records(FOLDER / "test.idx.gz", SIDE)[:2]
    if not MASTERS.exists():
        raise SystemExit(f"error: {MASTERS} is missing; draw it: make {MASTERS}")
    return records(MASTERS, maker.MASTER)[:2]


SOURCE = data.Source("glyphs", CLASSES, load, disturb, normalise)
