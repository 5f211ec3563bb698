# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's logits of whole networks whose activations are quantised, with weights by formula (python3-torch).

    made_activations.py write    makes tests/data/made_activations.safetensors again
    made_activations.py check    computes them afresh and compares with the committed ones

The quantisers are said again in numpy from compress/{mx,ant,noisyquant}.h. The input of every layer with weights passes
through one, except pixels and the layers that stay float; NoisyQuant and ANT are fitted on the three inputs themselves.
Weights stay float; NoisyQuant's search uses its 6-bit weights.
"""
import pathlib
import sys

import numpy
import torch
from torch.nn import functional

import graphs
import made
import rivals

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
import safetensors  # noqa: E402
from made_logits import COMPACT, KEPT, SAMPLES, images, texts  # noqa: E402

FLOAT32 = numpy.float32
FLOAT_LAYERS = ("head", "classifier", "bert.pooler.dense")  # with transformers
PIXEL_LAYERS = ("conv1", "features.0")
STACKED = {"key": "query", "value": "query"}  # they read the same input
VALUES, ROWS = 1024, 8

NETWORKS = {
    "vit_small.odd": images(graphs.vit, 15, width=21, heads=3, blocks=2, patch=5, classes=7, hidden=35),
    "bert_mrpc.odd": texts(33, 57, width=21, heads=3, layers=2, hidden=35),
    "resnet20.full": images(graphs.cifar_resnet, 32, blocks=3),
    "resnet34.compact": images(graphs.resnet, 24, blocks=(3, 4, 6, 3), widths=(32, 32, 64, 64), classes=2965, **COMPACT),
    "vgg16.compact": images(graphs.vgg16, 24, widths=(32, 32, 64, 64, 64), hidden=160, classes=2965, pools=(2, 2, 2, 1, 1)),
}


# ---- quantisers of numpy arrays ----

def snap(levels, x):
    """The nearest level; of two, the one that is an even multiple of their distance."""
    levels, x = numpy.array(levels), x.astype(numpy.float64)
    middles = (levels[1:] + levels[:-1]) / 2
    above, below = (numpy.searchsorted(middles, x, side=side) for side in ("right", "left"))
    even = (levels[below] / numpy.where(above > below, levels[above] - levels[below], 1)) % 2 == 0
    return levels[numpy.where((above > below) & even, below, above)]


def by_scale(levels, scale, x, noise=FLOAT32(0)):
    """In float32, step by step: (Q((x + noise) / scale)) scale - noise."""
    if scale == 0:
        return numpy.zeros_like(x)
    scaled = (x + noise).astype(FLOAT32) * (FLOAT32(1) / FLOAT32(scale))
    return (snap(levels, scaled).astype(FLOAT32) * FLOAT32(scale)).astype(FLOAT32) - noise


def microscale(vectors, elements):
    """[..., n] in blocks of 32 along the last axis."""
    levels, top = elements
    out = vectors.copy()
    for start in range(0, vectors.shape[-1], 32):
        block = vectors[..., start:start + 32].astype(numpy.float64)
        most = numpy.abs(block).max(-1, keepdims=True)
        scale = 2.0 ** (numpy.floor(numpy.log2(numpy.where(most > 0, most, 1))) - top)
        out[..., start:start + 32] = snap(levels, block / scale) * scale
    return out


class Layer:
    """What one layer reads, [sample][channel, position] or, of a linear layer on a plane, the plane."""

    def __init__(self, spread, product):
        self.inputs, self.weights = [], {}
        self.spread, self.product = spread, product  # product(x): rows of the product, and where they are inside

    def values(self):
        flat = [x.reshape(-1) for x in self.inputs]
        return numpy.concatenate([x[numpy.arange(min(len(x), VALUES)) * len(x) // min(len(x), VALUES)] for x in flat])

    def largest(self):
        return max(numpy.abs(x).max() for x in self.inputs)

    def rows(self):
        taken = [self.product(x) for x in self.inputs]
        return numpy.concatenate([rows for rows, _ in taken]), numpy.concatenate([inside for _, inside in taken])


def fit_ant(layer, bits):
    values, top = layer.values(), FLOAT32(layer.largest())
    signed = any((x < 0).any() for x in layer.inputs)
    best = (numpy.inf, None, None)
    for levels in (rivals.integers(bits, signed), rivals.powers_of_two(bits, signed), rivals.flint(bits, signed)):
        for percent in range(100 if bits == 6 else 75, 150):
            scale = top * FLOAT32(percent / 100) / FLOAT32(max(levels))
            error = ((values.astype(numpy.float64) - by_scale(levels, scale, values)) ** 2).sum()
            best = min(best, (error, levels, scale), key=lambda one: one[0])
    return lambda x: by_scale(best[1], best[2], x)


def fit_noisyquant(layer, bits):
    span, high = 2 ** (bits - 1) - 1, 31
    rows, inside = layer.rows()
    weights = numpy.concatenate(list(layer.weights.values()))
    scale = (numpy.abs(weights).max(1, keepdims=True) / FLOAT32(high)).astype(FLOAT32)
    weights = (numpy.clip(numpy.rint(weights * (FLOAT32(1) / scale)), -high - 1, high).astype(FLOAT32) * scale)
    draws = numpy.array([rivals.noise_draw(channel) for channel in range(rows.shape[1] // layer.spread)], FLOAT32)
    channel = numpy.arange(rows.shape[1]) // layer.spread

    def loss(levels, scale, noise):
        error = numpy.where(inside, by_scale(levels, scale, rows, noise[channel]) - rows, 0)
        return ((error.astype(numpy.float64) @ weights.T.astype(numpy.float64)) ** 2).sum()
    quiet = numpy.zeros_like(draws)
    top = FLOAT32(layer.largest())
    clips = [top * FLOAT32(percent / 100) / FLOAT32(span) for percent in range(100, 0, -1)]
    scale = min(clips, key=lambda one: loss(list(range(-span, span + 1)), one, quiet))
    levels = rivals.integers(bits)
    mean = min((scale * FLOAT32(i / 20) for i in range(-20, 20)), key=lambda one: loss(levels, scale, quiet + one))
    noises = [(mean + draws * (scale * FLOAT32(i / 20))).astype(FLOAT32) for i in range(40)]
    noise = min(noises, key=lambda one: loss(levels, scale, one))
    return lambda x: by_scale(levels, scale, x, noise.reshape((-1,) + (1,) * (x.ndim - 1)))


def fit_mx(layer, bits):
    elements = rivals.ELEMENTS["e2m3", bits]

    def quantise(x):
        if layer.spread > 1 and layer.product.__name__ == "vector":
            return microscale(x.reshape(1, -1), elements).reshape(x.shape)
        return numpy.moveaxis(microscale(numpy.moveaxis(x, 0, -1), elements), -1, 0)
    return quantise


METHODS = {"mx:activations=6": (fit_mx, 6), "ant:activations=6": (fit_ant, 6), "ant:activations=4": (fit_ant, 4),
           "noisyquant:activations=4": (fit_noisyquant, 4)}


# ---- networks ----

def strided(count):
    return numpy.arange(min(count, ROWS)) * count // min(count, ROWS)


def rows_of_tokens(x):
    taken = x[:, strided(x.shape[1])].T
    return taken, numpy.ones(taken.shape, bool)


def vector(x):
    return x.reshape(1, -1), numpy.ones((1, x.size), bool)


def rows_of_convolution(size, stride):
    def take(x):
        def unfold(plane):
            plane = torch.from_numpy(plane)[None]
            return functional.unfold(plane, size, padding=size // 2, stride=stride)[0].T.numpy()
        rows, inside = unfold(x), unfold(numpy.ones_like(x))
        taken = strided(len(rows))
        return rows[taken], inside[taken] > 0
    return take


class Run:
    """The layers of graphs.py with an input that is looked at, or quantised."""

    def __init__(self):
        self.layers, self.quantisers = {}, None

    def read(self, name, x, weights, spread, product):
        first = ".".join(STACKED.get(part, part) for part in name.split("."))
        if self.quantisers is not None:
            return self.quantisers[first](x)
        layer = self.layers.setdefault(first, Layer(spread, product))
        layer.weights[name] = weights.reshape(len(weights), -1).numpy()
        if name == first:
            layer.inputs.append(x)
        return x

    def conv(self, w, name, bn, x, k, size, stride=1, bias=False):
        if name not in PIXEL_LAYERS:
            weights = w(f"{name}.weight", k, x.shape[1], size, size)
            x = torch.from_numpy(self.read(name, x[0].numpy(), weights, size * size, rows_of_convolution(size, stride)))[None]
        return CONV(w, name, bn, x, k, size, stride, bias)

    def linear(self, w, name, x, k):
        if name in FLOAT_LAYERS:
            return LINEAR(w, name, x, k)
        weights = w(f"{name}.weight", k, x.shape[-1])
        if name.startswith(("blocks", "bert")):
            return LINEAR(w, name, torch.from_numpy(self.read(name, x.numpy().T, weights, 1, rows_of_tokens).T.copy()), k)
        positions = 9 if name == "classifier.0" else 1  # VGG's plane of 3 x 3
        read = self.read(name, x.numpy().reshape(-1, positions), weights, positions, vector)
        return LINEAR(w, name, torch.from_numpy(read.reshape(1, -1)), k)


CONV, LINEAR = graphs.conv, graphs.linear


def logits_of(network):
    """Of each method, after a look at the samples."""
    run = Run()
    graphs.conv, graphs.linear = run.conv, run.linear
    for sample in range(SAMPLES):
        network(sample)
    results = {}
    for method, (fit, bits) in METHODS.items():
        run.quantisers = {name: fit(layer, bits) for name, layer in run.layers.items()}
        results[method] = torch.cat([network(sample)[:, :KEPT] for sample in range(SAMPLES)])
    graphs.conv, graphs.linear = CONV, LINEAR
    return results


def main():
    torch.set_num_threads(1)
    path = ROOT / "tests" / "data" / "made_activations.safetensors"
    with torch.no_grad():
        fresh = {f"{name} {method}": logits for name, network in NETWORKS.items()
                 for method, logits in logits_of(network).items()}
    if sys.argv[1:] == ["write"]:
        safetensors.save(path, fresh, {"made by": "tests/oracle/made_activations.py", "torch": torch.__version__})
        return
    committed = safetensors.load(path)[0]
    agree = 0
    for name, logits in fresh.items():
        errors = (logits - committed[name]).abs().amax(1) / committed[name].abs().max()
        print(f"{name}: relative errors {', '.join(f'{error:.2g}' for error in errors.tolist())}")
        agree += (errors <= 1e-5).sum().item()
    if agree < 0.8 * SAMPLES * len(fresh):  # another torch may put a value on the other side of a level, in few samples
        raise SystemExit(f"{path} is not what PyTorch computes: make oracle")


if __name__ == "__main__":
    main()
