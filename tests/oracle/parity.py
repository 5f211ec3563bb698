# SPDX-License-Identifier: GPL-3.0-or-later
"""Full-size networks with random weights, their input and PyTorch's logits, one safetensors file a network: `make parity`.

    parity.py FOLDER [NET...]

Names and shapes are those of the real checkpoints: torchvision's own models (python3-torchvision), and for timm and Hugging
Face, which Debian does not have, the graphs said again in graphs.py with weights by formula (made.py). BatchNorm has random
statistics, so that folding and epsilon matter. The files are large (VGG-16: 553 MB) and never committed.
"""
import pathlib
import sys

import torch
import torchvision

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import graphs  # noqa: E402
import made  # noqa: E402
import safetensors  # noqa: E402
from resnet_fixture import randomise_norms  # noqa: E402

SAMPLES = 2
TORCHVISION = {"vgg16": "vgg16_bn", "resnet34": "resnet34", "resnet50": "resnet50"}
VITS = {"vit_small": dict(width=384, heads=6), "vit_base": dict(width=768, heads=12)}
BERTS = {"bert_mrpc": 30522, "bert_sst2": 28996}  # words in the vocabulary
TOKENS = 512
# Networks that `--net auto` recognises, for pictures of another side: their average pool takes any.
SIDE = 64
RECOGNISED = ("resnet101", "resnet152", "mobilenet_v2")


def of_torchvision(name):
    torch.manual_seed(16)
    generator = torch.Generator().manual_seed(50)
    model = getattr(torchvision.models, TORCHVISION.get(name, name))(weights=None).eval()
    randomise_norms(model, generator)
    side = SIDE if name in RECOGNISED else 224
    inputs = torch.randn(SAMPLES, 3, side, side, generator=generator)
    state = {key: tensor for key, tensor in model.state_dict().items() if not key.endswith("num_batches_tracked")}
    return state, inputs, model(inputs)


def of_vit(name):
    state = made.Made()
    inputs = torch.cat([made.image(sample, 3, 224, 224) for sample in range(SAMPLES)])
    logits = [graphs.vit(state, inputs[i:i + 1], blocks=12, patch=16, classes=1000, **VITS[name]) for i in range(SAMPLES)]
    return state, inputs, torch.cat(logits)


def of_bert(name):
    state, words = made.Made(), BERTS[name]
    inputs, logits = torch.full((SAMPLES, 2, 1, TOKENS), -1.0), []
    for sample, number in enumerate((3, 9)):  # 44 and 122 tokens
        numbers, segments = made.text(number, TOKENS, words)
        inputs[sample, 0, 0, :len(numbers)] = numbers
        inputs[sample, 1, 0] = 0
        inputs[sample, 1, 0, :len(numbers)] = segments
        logits.append(graphs.bert(state, numbers, segments, words, TOKENS, width=768, heads=12, layers=12))
    return state, inputs, torch.cat(logits)


NETS = {**{name: of_torchvision for name in (*TORCHVISION, *RECOGNISED)}, **{name: of_vit for name in VITS}, **{name: of_bert for name in BERTS}}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(2)
    for name in sys.argv[2:] or NETS:
        with torch.no_grad():
            state, inputs, logits = NETS[name](name)
        safetensors.save(folder / f"{name}.safetensors", {**state, "parity.inputs": inputs, "parity.logits": logits})
        print(f"{name}: written", flush=True)


if __name__ == "__main__":
    main()
