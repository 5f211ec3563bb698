# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trainings of images and of text share: schedule, checkpoint, log and the file that is shipped."""
import contextlib
import json
import math
import resource
import time

import torch
from torch.nn import functional

import safetensors


def rate_at(position, peak, warm=0.1):
    """Learning rate at `position` in [0, 1] of the whole run: a linear warm-up, then a cosine to zero."""
    return peak * (position / warm if position < warm else 0.5 * (1 + math.cos(math.pi * (position - warm) / (1 - warm))))


def groups_of(model, decay, undecayed=()):
    """Weight decay for matrices and kernels only: not for norms, biases and the parameters named in `undecayed`."""
    named = [(p.ndim > 1 and name not in undecayed, p) for name, p in model.named_parameters()]
    return [{"params": [p for decays, p in named if decays], "weight_decay": decay},
            {"params": [p for decays, p in named if not decays], "weight_decay": 0.0}]


@contextlib.contextmanager
def quick_float32():
    """Linear layers as 1x1 convolutions: Debian's torch has oneDNN for these, but multiplies float32 matrices with the
    reference BLAS, 13 times slower. To evaluate with, not to train with."""
    linear = functional.linear

    def as_convolution(x, weight, bias=None):
        if x.dtype != torch.float32:
            return linear(x, weight, bias)
        rows = x.reshape(-1, x.shape[-1])
        return functional.conv2d(rows[:, :, None, None], weight[:, :, None, None], bias)[:, :, 0, 0].reshape(*x.shape[:-1], -1)

    functional.linear = as_convolution
    try:
        with torch.no_grad():
            yield
    finally:
        functional.linear = linear


class Run:
    """The log of a training and what it has cost so far; goes into each checkpoint, so that a resumed run goes on."""

    def __init__(self, checkpoint):
        self.checkpoint = checkpoint
        self.rows, self.wall, self.cpu = [], 0.0, 0.0
        self.since = self.now()

    @staticmethod
    def now():
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.monotonic(), used.ru_utime + used.ru_stime

    def resume(self):
        """The state that save() was given last, or None."""
        if not self.checkpoint.exists():
            return None
        kept = torch.load(self.checkpoint)
        self.rows, self.wall, self.cpu = kept["rows"], kept["wall"], kept["cpu"]
        print(f"resuming after: {self.rows[-1]}", flush=True)
        return kept["state"]

    def add(self, *columns):
        now = self.now()
        self.wall, self.cpu = self.wall + now[0] - self.since[0], self.cpu + now[1] - self.since[1]
        self.since = now
        self.rows.append(",".join(f"{c:.5f}" if isinstance(c, float) else str(c) for c in (*columns, round(self.wall), round(self.cpu))))
        print(self.rows[-1], flush=True)

    def save(self, state):
        part = self.checkpoint.with_suffix(".part")
        torch.save({"state": state, "rows": self.rows, "wall": self.wall, "cpu": self.cpu}, part)
        part.rename(self.checkpoint)

    def write_log(self, path, header):
        path.write_text("\n".join([f"{header},wall_seconds,cpu_seconds", *self.rows]) + "\n")


def half(state):
    """The tensors that are shipped, in the checkpoint's order: float16, BatchNorm's counters left out."""
    return {name: tensor.half() for name, tensor in state.items() if not name.endswith("num_batches_tracked")}


def ship(path, net, tensors, options, **metadata):
    """Write `tensors` and, in the file's metadata, the whole configuration."""
    recipe = {key: str(value) for key, value in vars(options).items() if key not in ("out", "work")}
    metadata = {"format": "pt", "net": net, "size": "compact", **metadata, "torch": torch.__version__,
                "recipe": json.dumps(recipe, sort_keys=True)}
    safetensors.save(path, tensors, metadata)
