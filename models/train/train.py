# SPDX-License-Identifier: GPL-3.0-or-later
"""Train one compact network and write it as float16 safetensors: `make retrain NET=resnet34`.

A tool for retraining only: nothing at run time needs Python. The recipe is the one that pays on a small budget: one linear
warm-up and a cosine to zero, label smoothing, flips and crops, no weight decay on norms and biases, bfloat16 arithmetic with
float32 weights; SGD with Nesterov momentum for the CNNs, AdamW for the vision transformers, which see half of the patches
of each image (nets_vit.py). RECIPES holds what was used for the shipped networks. A checkpoint is kept after each epoch and picked up again by the next call; seed, order of the
samples and augmentation follow from --seed and the epoch alone, so a resumed run equals an uninterrupted one.
"""
import argparse
import json
import math
import pathlib
import resource
import sys
import time

import torch
from torch.nn import functional

import data
import nets
import nets_vit
import safetensors

NETS = {**nets.NETS, **nets_vit.NETS}
RECIPES = {"resnet34": dict(epochs=18), "vgg16": dict(epochs=8, rate=0.1), "resnet50": dict(epochs=16),
           "vit_small": dict(epochs=16, optimiser="adamw", rate=0.0015, decay=0.05),
           "vit_base": dict(epochs=8, optimiser="adamw", rate=0.001, decay=0.05)}
UNDECAYED = ("cls_token", "pos_embed")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", required=True, choices=sorted(NETS))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for NET.safetensors and NET.log.csv")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the checkpoint (build/train)")
    parser.add_argument("--data", type=pathlib.Path, default=data.FASHION_MNIST)
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.15, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay of convolutions and linear layers")
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--optimiser", choices=("sgd", "adamw"), default="sgd")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    known, _ = parser.parse_known_args()
    parser.set_defaults(**RECIPES[known.net])
    return parser.parse_args()


def rate_at(position, options):
    """Learning rate at `position` in [0, 1] of the whole run: 10 % linear warm-up, then a cosine to zero."""
    warm = 0.1
    if position < warm:
        return options.rate * position / warm
    return options.rate * 0.5 * (1 + math.cos(math.pi * (position - warm) / (1 - warm)))


def train_epoch(model, optimiser, images, labels, epoch, options):
    generator = torch.Generator().manual_seed(options.seed * 1000 + epoch)
    order = torch.randperm(len(images), generator=generator)
    batches = order.split(options.batch)
    model.train()
    total = 0.0
    for index, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = rate_at((epoch + index / len(batches)) / options.epochs, options)
        x = data.normalise(data.augment(images[batch], generator)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(x)
        loss = functional.cross_entropy(scores.float(), labels[batch], label_smoothing=options.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        total += loss.item() * len(batch)
    return total / len(images)


def count_correct(model, images, labels):
    """Correct answers in float32."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for start in range(0, len(images), 500):
            x = data.normalise(images[start:start + 500]).contiguous(memory_format=torch.channels_last)
            correct += (model(x).argmax(1) == labels[start:start + 500]).sum().item()
    return correct


def optimiser_for(model, options):
    decayed = [p for name, p in model.named_parameters() if p.ndim > 1 and name not in UNDECAYED]
    others = [p for name, p in model.named_parameters() if p.ndim <= 1 or name in UNDECAYED]
    groups = [{"params": decayed, "weight_decay": options.decay}, {"params": others, "weight_decay": 0.0}]
    if options.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.95))
    return torch.optim.SGD(groups, lr=options.rate, momentum=0.9, nesterov=True)


def half(model):
    """The tensors that are shipped, in torchvision's order: float16, counters left out."""
    return {name: tensor.half() for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    options.out.mkdir(parents=True, exist_ok=True)
    options.work.mkdir(parents=True, exist_ok=True)
    checkpoint = options.work / f"{options.net}.pt"

    images, labels = data.fashion_mnist("train", options.data)
    test_images, test_labels = data.fashion_mnist("t10k", options.data)
    model = NETS[options.net]("compact").to(memory_format=torch.channels_last)
    optimiser = optimiser_for(model, options)
    rows, first, seconds, cpu = [], 0, 0.0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        rows, first, seconds, cpu = state["rows"], state["epoch"], state["seconds"], state["cpu"]
        print(f"resuming {options.net} after epoch {first}", flush=True)

    for epoch in range(first, options.epochs):
        start, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        loss = train_epoch(model, optimiser, images, labels, epoch, options)
        correct = count_correct(model, test_images, test_labels)
        now = resource.getrusage(resource.RUSAGE_SELF)
        seconds += time.monotonic() - start
        cpu += now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        rows.append(f"{epoch + 1},{loss:.5f},{correct},{len(test_images)},{seconds:.0f},{cpu:.0f}")
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "rows": rows, "epoch": epoch + 1,
                    "seconds": seconds, "cpu": cpu}, checkpoint)
        print(f"epoch {epoch + 1}/{options.epochs}: loss {loss:.4f}, test {correct}/{len(test_images)}, {seconds:.0f} s", flush=True)

    shipped = half(model)
    model.load_state_dict({name: tensor.float() for name, tensor in shipped.items()}, strict=False)
    correct = count_correct(model, test_images, test_labels)
    configuration = {key: str(value) for key, value in vars(options).items() if key not in ("out", "work", "data")}
    metadata = {"format": "pt", "net": options.net, "size": "compact", "data": "fashion-mnist",
                "classes": "10", "correct": correct, "samples": len(test_images), "torch": torch.__version__,
                "recipe": json.dumps(configuration, sort_keys=True)}
    safetensors.save(options.out / f"{options.net}.safetensors", shipped, metadata)
    header = "epoch,train_loss,test_correct,test_samples,wall_seconds,cpu_seconds"
    (options.out / f"{options.net}.log.csv").write_text("\n".join([header, *rows]) + "\n")
    print(f"{options.net}: {correct}/{len(test_images)} correct in float16, {seconds:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
