# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference logits of PyTorch for the engine tests (python3-torch).

    resnet_fixture.py write    makes tests/data/engine_*.safetensors again
    resnet_fixture.py check    computes them afresh and compares with the committed ones (relative error 1e-5)

Two fixtures, both on seeded noise (no image of a data set is committed): the shipped compact ResNet-34, and one full-width
ResNet-34 block (64 -> 128 channels, stride 2, projection, BatchNorm with random statistics) between a stem and a pooled
classifier.
"""
import pathlib
import sys

import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
import nets  # noqa: E402
import safetensors  # noqa: E402

SAMPLES = 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nets.conv3x3(3, 64)
        self.bn1 = nn.BatchNorm2d(64)
        self.block = nets.BasicBlock(64, 128, 2)
        self.fc = nn.Linear(128, 16)

    def forward(self, x):
        x = self.block(torch.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


def randomise_norms(model, generator):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            size = module.weight.shape
            module.weight.data = torch.rand(size, generator=generator) + 0.5
            module.bias.data = torch.randn(size, generator=generator) * 0.1
            module.running_mean = torch.randn(size, generator=generator) * 0.1
            module.running_var = torch.rand(size, generator=generator) * 1.5 + 0.5


def compact():
    generator = torch.Generator().manual_seed(34)
    model = nets.resnet34("compact").eval()
    tensors, _ = safetensors.load(ROOT / "models" / "compact" / "resnet34.safetensors")
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=False)
    inputs = torch.randn(SAMPLES, 3, 24, 24, generator=generator)
    return {"inputs": inputs, "logits": model(inputs)}


def block():
    generator = torch.Generator().manual_seed(2)
    torch.manual_seed(2)
    model = Block().eval()
    randomise_norms(model, generator)
    state = {name: tensor.half() for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    model.load_state_dict({name: tensor.float() for name, tensor in state.items()}, strict=False)
    inputs = torch.randn(SAMPLES, 3, 14, 14, generator=generator)
    return {**state, "inputs": inputs, "logits": model(inputs)}


FIXTURES = {"engine_compact": compact, "engine_block": block}


def main():
    torch.set_num_threads(1)
    for name, make in FIXTURES.items():
        path = ROOT / "tests" / "data" / f"{name}.safetensors"
        with torch.no_grad():
            fresh = make()
        if sys.argv[1:] == ["write"]:
            safetensors.save(path, fresh, {"made by": "tests/oracle/resnet_fixture.py", "torch": torch.__version__})
            continue
        committed = safetensors.load(path)[0]
        error = ((fresh["logits"] - committed["logits"]).abs().max() / committed["logits"].abs().max()).item()
        print(f"{name}: relative error {error:.2g}")
        if not torch.equal(fresh["inputs"], committed["inputs"]) or not error <= 1e-5:
            raise SystemExit(f"{path} is not what PyTorch computes: make oracle")


if __name__ == "__main__":
    main()
