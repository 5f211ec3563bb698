# SPDX-License-Identifier: GPL-3.0-or-later
"""Full-size networks with random weights, their input and PyTorch's logits, one safetensors file a network: `make parity`.

    parity.py FOLDER [NET...]

Names and shapes are those of the real checkpoints: torchvision's own models (python3-torchvision). BatchNorm has random
statistics, so that folding and epsilon matter. The files are large (VGG-16: 553 MB) and never committed.
"""
import pathlib
import sys

import torch
import torchvision

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import safetensors  # noqa: E402
from resnet_fixture import randomise_norms  # noqa: E402

NETS = {"vgg16": "vgg16_bn", "resnet34": "resnet34", "resnet50": "resnet50"}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(2)
    for name in sys.argv[2:] or NETS:
        torch.manual_seed(16)
        generator = torch.Generator().manual_seed(50)
        model = getattr(torchvision.models, NETS[name])(weights=None).eval()
        randomise_norms(model, generator)
        inputs = torch.randn(2, 3, 224, 224, generator=generator)
        with torch.no_grad():
            logits = model(inputs)
        state = {key: tensor for key, tensor in model.state_dict().items() if not key.endswith("num_batches_tracked")}
        safetensors.save(folder / f"{name}.safetensors", {**state, "parity.inputs": inputs, "parity.logits": logits})
        print(f"{name}: written", flush=True)


if __name__ == "__main__":
    main()
