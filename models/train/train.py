# SPDX-License-Identifier: GPL-3.0-or-later
"""Train one compact image network and write it as float16 safetensors: `make retrain NET=resnet34`.

A tool for retraining only: nothing at run time needs Python. The recipe is the one that pays on a small budget: one linear
warm-up and a cosine to zero, label smoothing, pictures varied anew each time, no weight decay on norms and biases, bfloat16
arithmetic with float32 weights; SGD with Nesterov momentum for the CNNs, AdamW for the vision transformers, which see half of
the patches of each image (nets_vit.py) but in the last epochs. The wide ViT begins as a widened copy of the narrow one.
RECIPES holds what the shipped networks were trained with. A checkpoint is kept after each epoch and picked up again by the
next call; seed, order of the samples and augmentation follow from --seed and the epoch alone, so a resumed run equals an
uninterrupted one.
"""
import argparse
import pathlib
import sys

import torch
from torch.nn import functional

import common
import data
import glyphs
import nets
import nets_vit
import safetensors

NETS = {**nets.NETS, **nets_vit.NETS}
ADAMW = dict(optimiser="adamw", decay=0.05, checked=2000)
SOURCES = {source.name: source for source in (data.FASHION, glyphs.SOURCE)}
GLYPHS = dict(data="glyphs", rate=0.1, decay=2e-4)
RECIPES = {"resnet34": dict(epochs=10, **GLYPHS), "vgg16": dict(epochs=10, again=5, **GLYPHS),
           "resnet50": dict(epochs=9, warm=0.05, **GLYPHS),
           "vit_small": dict(epochs=10, rate=0.001, batch=32, **ADAMW),
           "vit_base": dict(epochs=2, full_from=0.5, rate=0.0005, batch=32, grown=pathlib.Path("models/compact/vit_small.safetensors"), **ADAMW)}
ALL = 10**9


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", required=True, choices=sorted(NETS))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for NET.safetensors and NET.log.csv")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the checkpoint (build/train)")
    parser.add_argument("--data", choices=sorted(SOURCES), default="fashion-mnist")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--again", type=int, default=0, help="epochs of a second round from half the peak learning rate")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, help="peak learning rate")
    parser.add_argument("--warm", type=float, default=0.1, help="share of the run in which the learning rate rises")
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay of convolutions and linear layers")
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--optimiser", choices=("sgd", "adamw"), default="sgd")
    parser.add_argument("--grown", type=pathlib.Path, help="begin with this ViT of half the width")
    parser.add_argument("--full-from", type=float, default=0.6, help="share of the epochs after which a ViT sees all patches")
    parser.add_argument("--checked", type=int, default=ALL, help="test images to count after each epoch; all at the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    known, _ = parser.parse_known_args()
    parser.set_defaults(**RECIPES[known.net])
    return parser.parse_args()


def rate_in(time, options):
    """The learning rate after `time` epochs: a warm-up and a cosine in each round (warm restarts, Loshchilov and Hutter 2017)."""
    if time < options.epochs:
        return common.rate_at(time / options.epochs, options.rate, options.warm)
    return common.rate_at((time - options.epochs) / options.again, options.rate / 2, options.warm)


def train_epoch(model, optimiser, source, images, labels, epoch, options):
    torch.manual_seed(options.seed * 1000 + epoch)  # dropout
    generator = torch.Generator().manual_seed(options.seed * 1000 + epoch)
    order = torch.randperm(len(images), generator=generator)
    batches = order.split(options.batch)
    model.train()
    total = 0.0
    for index, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = rate_in(epoch + index / len(batches), options)
        x = source.normalise(source.vary(images[batch], generator)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(x)
        loss = functional.cross_entropy(scores.float(), labels[batch], label_smoothing=options.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        total += loss.item() * len(batch)
        if index % 200 == 199:
            print(f"  epoch {epoch + 1}, {index + 1} of {len(batches)} batches, loss {loss.item():.3f}", file=sys.stderr, flush=True)
    return total / len(images)


def count_correct(model, source, images, labels):
    """Correct answers in float32."""
    model.eval()
    correct = 0
    with common.quick_float32():
        for start in range(0, len(images), 500):
            x = source.normalise(images[start:start + 500]).contiguous(memory_format=torch.channels_last)
            correct += (model(x).argmax(1) == labels[start:start + 500]).sum().item()
    return correct


def optimiser_for(model, options):
    groups = common.groups_of(model, options.decay, nets_vit.UNDECAYED)
    if options.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.95))
    return torch.optim.SGD(groups, lr=options.rate, momentum=0.9, nesterov=True)


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    options.out.mkdir(parents=True, exist_ok=True)
    options.work.mkdir(parents=True, exist_ok=True)
    source = SOURCES[options.data]
    images, labels = source.load("training")
    test_images, test_labels = source.load("test")
    model = NETS[options.net]("compact").to(memory_format=torch.channels_last)
    if options.grown:
        model.load_state_dict(nets_vit.widened(safetensors.load(options.grown)[0], options.seed))
    optimiser = optimiser_for(model, options)
    run, first = common.Run(options.work / f"{options.net}.pt"), 0
    kept = run.resume()
    if kept:
        first = kept["epoch"]
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
    for epoch in range(first, options.epochs + options.again):
        if epoch >= options.full_from * options.epochs:
            model.kept = 1.0  # of nets_vit.ViT
        loss = train_epoch(model, optimiser, source, images, labels, epoch, options)
        correct = count_correct(model, source, test_images[:options.checked], test_labels[:options.checked])
        run.add(epoch + 1, loss, correct, min(options.checked, len(test_images)))
        run.save({"epoch": epoch + 1, "model": model.state_dict(), "optimiser": optimiser.state_dict()})

    shipped = common.half(model.state_dict())
    model.load_state_dict({name: tensor.float() for name, tensor in shipped.items()}, strict=False)
    correct = count_correct(model, source, test_images, test_labels)
    common.ship(options.out / f"{options.net}.safetensors", options.net, shipped, options, data=source.name, classes=source.classes,
                correct=correct, samples=len(test_images))
    run.write_log(options.out / f"{options.net}.log.csv", "epoch,train_loss,test_correct,test_samples")
    print(f"{options.net}: {correct}/{len(test_images)} correct in float16, {run.wall:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
