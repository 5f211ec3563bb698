# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's answers of the real trained networks in the reference data, image by image (python3-torch, python3-pil).

    real_nets.py NET DATA PREDICTIONS.csv [STEP]

DATA is the folder of the reference data; PREDICTIONS.csv what `bbsbench accuracy --predictions` wrote for fp32. Every STEP-th
image is compared (default: each).
"""
import csv
import pathlib
import sys

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
import graphs  # noqa: E402
import safetensors  # noqa: E402


def cifar(data, blocks, weights, step):
    records = numpy.fromfile(data / "cifar10_test200.bin", numpy.uint8).reshape(-1, 3073)[::step]
    mean, std = (torch.tensor(values)[:, None, None] for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    for record in records:
        pixels = torch.from_numpy(record[1:].reshape(1, 3, 32, 32).astype(numpy.float32))
        yield int(record[0]), graphs.cifar_resnet(weights, (pixels / 255 - mean) / std, blocks)


def photographs(data, weights, step):
    from PIL import Image
    rows = [line.split("\t") for line in (data / "imagenet_sample" / "labels.tsv").read_text().splitlines()[1:]]
    for name, label, _ in [row for row in rows if row[2] == "train"][::step]:
        picture = Image.open(data / "imagenet_sample" / name).convert("RGB")
        width, height = picture.size
        long = int(256 * max(width, height) / min(width, height))
        picture = picture.resize((256, long) if width <= height else (long, 256), Image.Resampling.BILINEAR)
        left, top = (int(round((size - 224) / 2.0)) for size in picture.size)
        pixels = numpy.asarray(picture.crop((left, top, left + 224, top + 224)), numpy.float32).transpose(2, 0, 1)
        x = (torch.from_numpy(pixels.copy())[None] / 255 - 0.5) / 0.5
        yield int(label), graphs.vit(weights, x, 192, 3, 12, 16, 200, epsilon=1e-12)


NETS = {"resnet20": ("resnet20_cifar10", lambda data, w, step: cifar(data, 3, w, step)),
        "resnet56": ("resnet56_cifar10", lambda data, w, step: cifar(data, 9, w, step)),
        "vit_tiny": ("vit_tiny_tinyimagenet200", photographs)}


def main():
    net, data = sys.argv[1], pathlib.Path(sys.argv[2])
    stem, run = NETS[net]
    step = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with open(sys.argv[3], newline="") as source:
        ours = [(int(row["label"]), int(row["predicted"])) for row in csv.DictReader(source)][::step]
    weights = graphs.lookup(safetensors.load(data / f"{stem}.safetensors")[0])
    with torch.no_grad():
        theirs = [(label, logits.argmax().item()) for label, logits in run(data, weights, step)]
    different = [i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b]
    print(f"{net}: {sum(a == b for a, b in theirs)}/{len(theirs)} correct in PyTorch, {len(different)} answers differ")
    if len(ours) != len(theirs) or different:
        raise SystemExit(f"samples {different[:10]} of {len(ours)} are answered otherwise by PyTorch ({len(theirs)})")


if __name__ == "__main__":
    main()
