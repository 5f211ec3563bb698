# SPDX-License-Identifier: GPL-3.0-or-later
"""Zeros among the activations of the real CIFAR ResNets, by PyTorch (python3-torch).

    densities.py NET DATA RANGES.csv DENSITY.csv MASKS.safetensors

Activations are float up to each layer and rounded there to the 256 levels of RANGES.csv; the program rounds in front of each
layer, so levels near a half differ: shares of a layer by less than 0.01, single bits of a mask by less than 3 %.
"""
import csv
import pathlib
import sys

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import graphs  # noqa: E402
import real_nets  # noqa: E402
import safetensors  # noqa: E402

BLOCKS = {"resnet20": 3, "resnet56": 9}


def read(path, key):
    with open(path, newline="") as stream:
        return {row["layer"]: float(row[key]) for row in csv.DictReader(stream)}


def bits_of(inputs, step):
    """Where the level is not zero: [pixels, channels] of one sample."""
    values = inputs[0].reshape(inputs.shape[1], -1).T
    return (torch.round(values / step) > 0).numpy() if step else values.numpy() != 0


def main():
    net, data = sys.argv[1], pathlib.Path(sys.argv[2])
    ranges, densities = read(sys.argv[3], "range"), read(sys.argv[4], "input_density")
    masks = safetensors.load(sys.argv[5])[0]
    names = [name for name in densities if name != "total"]
    pixels = numpy.fromfile(data / "cifar10_test200.bin", numpy.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 1, 3, 32, 32)
    seen, counts, differ = [], {name: [0, 0] for name in names}, {name: [0, 0] for name in names}
    for function in ("conv2d", "linear"):
        plain = getattr(torch.nn.functional, function)
        setattr(torch.nn.functional, function,
                lambda x, *rest, plain=plain, **more: (seen.append(x), plain(x, *rest, **more))[1])
    weights = graphs.lookup(safetensors.load(data / f"{net}_cifar10.safetensors")[0])
    with torch.no_grad():
        for sample, _ in enumerate(real_nets.cifar(data, BLOCKS[net], weights, 1)):
            assert len(seen) == len(names), (len(seen), len(names))
            seen[0] = torch.from_numpy(pixels[sample].astype(numpy.float32))  # the first layer reads pixels
            for name, inputs in zip(names, seen):
                bits = bits_of(inputs, ranges[name] / 255 if name in ranges else None)
                counts[name][0] += bits.sum()
                counts[name][1] += bits.size
                if sample < len(masks[name]):
                    ours = numpy.unpackbits(masks[name][sample], bitorder="little")[:bits.size].reshape(bits.shape)
                    differ[name][0] += (ours != bits).sum()
                    differ[name][1] += bits.size
            seen.clear()
    worst = max((abs(part / whole - densities[name]), name) for name, (part, whole) in counts.items())
    apart = max((part / whole, name) for name, (part, whole) in differ.items())
    print(f"{net}: shares differ by up to {worst[0]:.4f} ({worst[1]}), bits of masks by up to {apart[0]:.4f} ({apart[1]})")
    if worst[0] > 0.01 or apart[0] > 0.03:
        raise SystemExit("the activations that are zero are not PyTorch's")


if __name__ == "__main__":
    main()
