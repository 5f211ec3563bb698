# SPDX-License-Identifier: GPL-3.0-or-later
"""Zeros among the activations of real networks, by PyTorch (python3-torch, python3-pil).

    densities.py NET DATA DENSITY.csv MASKS.safetensors [RANGES.csv]

Activations are float up to each layer and rounded there: by RANGES.csv to 256 levels (a CNN), or vector by vector (a
transformer). The program rounds in front of each layer, so levels near a half differ. Of vit_tiny every 28th image is run, so its shares differ a little more.
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

CIFAR_BLACK, VIT_BLACK = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225], [-1, -1, -1]
#       every n-th sample; largest difference of a share and share of different bits; black in the profile of the pixels
NETS = {"resnet20": (1, 0.01, 0.03, CIFAR_BLACK), "resnet56": (1, 0.01, 0.03, CIFAR_BLACK),
        "vit_tiny": (28, 0.02, 0.05, VIT_BLACK)}


def read(path, key):
    with open(path, newline="") as stream:
        return {row["layer"]: float(row[key]) for row in csv.DictReader(stream)}


def by_range(inputs, step):
    """[pixels, channels] of one sample: where the level is not zero."""
    values = inputs[0].reshape(inputs.shape[1], -1).T
    return torch.round(values / step) > 0


def by_vector(inputs):
    return torch.round(inputs * (127.5 / inputs.abs().amax(1, keepdim=True))) != 0


def of_pixels(image, black):
    """Bytes that are not zero."""
    return ((image[0] - torch.tensor(black)[:, None, None]).abs() > 1e-3).reshape(3, -1).T


def main():
    net, data = sys.argv[1], pathlib.Path(sys.argv[2])
    densities, masks = read(sys.argv[3], "input_density"), safetensors.load(sys.argv[4])[0]
    ranges = read(sys.argv[5], "range") if len(sys.argv) > 5 else {}
    names = [name for name in densities if name != "total"]
    every, most, most_bits, black = NETS[net]
    seen, counts, differ = [], {name: [0, 0] for name in names}, {name: [0, 0] for name in names}
    for function in ("conv2d", "linear"):
        plain = getattr(torch.nn.functional, function)
        setattr(torch.nn.functional, function,
                lambda x, *rest, plain=plain, **more: (seen.append(x), plain(x, *rest, **more))[1])
    stem, run = real_nets.NETS[net]
    weights = graphs.lookup(safetensors.load(data / f"{stem}.safetensors")[0])
    with torch.no_grad():
        for number, _ in enumerate(run(data, weights, every)):
            sample = number * every
            for name, inputs in zip(names, seen):  # a ViT's head comes after them
                bits = (of_pixels(inputs, black) if name == names[0] else
                        by_range(inputs, ranges[name] / 255) if ranges else by_vector(inputs)).numpy()
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
    if worst[0] > most or apart[0] > most_bits:
        raise SystemExit("the activations that are zero are not PyTorch's")


if __name__ == "__main__":
    main()
