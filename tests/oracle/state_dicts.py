# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkpoint of one of the seven full-size networks with random weights, under its framework's own names (python3-torch;
python3-torchvision for the CNNs).

    state_dicts.py NET PATH [--format zip|legacy|safetensors] [--module] [--old-names] [--bare] [--seed N]

NET is vgg16, resnet34, resnet50, vit_small, vit_base, bert_mrpc or bert_sst2. The ViT's names are timm's and BERT's
Hugging Face's, written down here: neither library is packaged. --module puts "module." in front, --old-names calls
LayerNorm's parameters gamma and beta, --bare leaves "bert." out.
"""
import argparse
import collections
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models" / "train"))
import safetensors  # noqa: E402


def torchvision_net(name):
    import torchvision
    return getattr(torchvision.models, name)(weights=None).state_dict()


def linear(state, name, outputs, inputs, bias=True):
    state[f"{name}.weight"] = torch.randn(outputs, inputs) / inputs ** 0.5
    if bias:
        state[f"{name}.bias"] = 0.02 * torch.randn(outputs)


def norm(state, name, width):
    state[f"{name}.weight"] = 1 + 0.1 * torch.randn(width)
    state[f"{name}.bias"] = 0.1 * torch.randn(width)


def vit(width, classes=1000, blocks=12, patch=16, side=224):
    state = collections.OrderedDict()
    state["cls_token"] = 0.02 * torch.randn(1, 1, width)
    state["pos_embed"] = 0.02 * torch.randn(1, (side // patch) ** 2 + 1, width)
    state["patch_embed.proj.weight"] = torch.randn(width, 3, patch, patch) / (3 * patch * patch) ** 0.5
    state["patch_embed.proj.bias"] = 0.02 * torch.randn(width)
    for i in range(blocks):
        norm(state, f"blocks.{i}.norm1", width)
        linear(state, f"blocks.{i}.attn.qkv", 3 * width, width)
        linear(state, f"blocks.{i}.attn.proj", width, width)
        norm(state, f"blocks.{i}.norm2", width)
        linear(state, f"blocks.{i}.mlp.fc1", 4 * width, width)
        linear(state, f"blocks.{i}.mlp.fc2", width, 4 * width)
    norm(state, "norm", width)
    linear(state, "head", classes, width)
    return state


def bert(vocabulary, width=768, blocks=12, positions=512, classes=2):
    state = collections.OrderedDict()
    state["bert.embeddings.position_ids"] = torch.arange(positions).expand((1, -1))
    for name, count in ("word", vocabulary), ("position", positions), ("token_type", 2):
        state[f"bert.embeddings.{name}_embeddings.weight"] = 0.02 * torch.randn(count, width)
    norm(state, "bert.embeddings.LayerNorm", width)
    for i in range(blocks):
        layer = f"bert.encoder.layer.{i}"
        for name in "query", "key", "value":
            linear(state, f"{layer}.attention.self.{name}", width, width)
        linear(state, f"{layer}.attention.output.dense", width, width)
        norm(state, f"{layer}.attention.output.LayerNorm", width)
        linear(state, f"{layer}.intermediate.dense", 4 * width, width)
        linear(state, f"{layer}.output.dense", width, 4 * width)
        norm(state, f"{layer}.output.LayerNorm", width)
    linear(state, "bert.pooler.dense", width, width)
    linear(state, "classifier", classes, width)
    return state


NETS = {"vgg16": lambda: torchvision_net("vgg16_bn"), "resnet34": lambda: torchvision_net("resnet34"), "resnet50": lambda: torchvision_net("resnet50"),
        "vit_small": lambda: vit(384), "vit_base": lambda: vit(768), "bert_mrpc": lambda: bert(30522), "bert_sst2": lambda: bert(28996)}


def renamed(name, options):
    if options.old_names:
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    if options.bare and name.startswith("bert."):
        name = name[len("bert."):]
    return "module." + name if options.module else name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("net", choices=NETS)
    parser.add_argument("path")
    parser.add_argument("--format", choices=["zip", "legacy", "safetensors"], default="zip")
    parser.add_argument("--module", action="store_true")
    parser.add_argument("--old-names", action="store_true")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    state = collections.OrderedDict((renamed(name, options), tensor) for name, tensor in NETS[options.net]().items())
    if options.format == "safetensors":
        safetensors.save(options.path, state)
    else:
        torch.save(state, options.path, _use_new_zipfile_serialization=options.format == "zip")


main()
