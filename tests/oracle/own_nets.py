# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of people's own with random weights, and what PyTorch computes with them: own_nets.py FOLDER

For each network FOLDER/NAME.safetensors (the checkpoint) and FOLDER/NAME.answer.safetensors (input, logits); FOLDER/names.csv
lists them as name,network,classes. torchvision's ResNets, VGGs and MobileNetV2 (python3-torchvision), a CIFAR ResNet, ViT and BERT restated
in models/train or here. Depths, widths and numbers of classes are other than those of the registry.
"""
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional
from torchvision.models import mobilenetv2, resnet, vgg

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models" / "train"))
import nets_bert  # noqa: E402
import nets_vit  # noqa: E402
import safetensors  # noqa: E402


class CifarBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, option):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.stride, self.missing = stride, outputs - inputs
        if option != "a" and stride > 1:
            setattr(self, option, nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)))
        self.option = option if option != "a" and stride > 1 else None

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        if self.option:
            x = getattr(self, self.option)(x)
        elif self.missing:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.missing // 2, self.missing // 2))
        return functional.relu(x + y)


class CifarResNet(nn.Module):
    """He et al. 2015, section 4.2. `option`: "a", or the name of the projections of option B; `head`: the name of the last layer."""

    def __init__(self, blocks, width, classes, option="a", head="linear"):
        super().__init__()
        self.conv1, self.bn1, self.head = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), head
        for stage in range(3):
            inputs = width * 2 ** max(stage - 1, 0)
            outputs = width * 2 ** stage
            layers = [CifarBlock(inputs if i == 0 else outputs, outputs, 2 if stage and i == 0 else 1, option) for i in range(blocks)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        setattr(self, head, nn.Linear(4 * width, classes))

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(functional.relu(self.bn1(self.conv1(x))))))
        return getattr(self, self.head)(x.mean((2, 3)))


def small_vgg(kind, norm, classes, side):
    """torchvision's VGG with a narrow classifier, for images of side x side."""
    net = vgg.VGG(vgg.make_layers(vgg.cfgs[kind], batch_norm=norm), num_classes=classes)
    net.avgpool = nn.Identity()
    inputs = 512 * (side // 32) ** 2
    net.classifier = nn.Sequential(nn.Linear(inputs, 48), nn.ReLU(), nn.Dropout(), nn.Linear(48, 48), nn.ReLU(), nn.Dropout(), nn.Linear(48, classes))
    return net


def bert(blocks, width, words, places, classes):
    nets_bert.LAYERS, nets_bert.WIDTH, nets_bert.HEADS, nets_bert.HIDDEN, nets_bert.PLACES, nets_bert.WORDS = blocks, width, width // 64, 3 * width, places, words
    net = nets_bert.Bert(0.0)
    net.classifier = nn.Linear(width, classes)
    return net


def networks():
    """name, what it must be recognised as, the module, the side of its images (0: texts)."""
    yield "resnet18", "resnet18", resnet.resnet18(weights=None, num_classes=7), 224
    yield "resnet50", "resnet50", resnet.resnet50(weights=None, num_classes=3), 224
    yield "bottlenecks", "resnet20", resnet.ResNet(resnet.Bottleneck, [2, 1, 2, 1], num_classes=5), 224
    yield "wide", "wide_resnet14_2", resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], num_classes=5, width_per_group=128), 224
    yield "cifar_a", "resnet14_w8", CifarResNet(2, 8, 11), 32
    yield "cifar_b", "resnet20", CifarResNet(3, 16, 100, "downsample", "fc"), 32
    yield "cifar_shortcut", "resnet8_w12", CifarResNet(1, 12, 10, "shortcut"), 32
    for kind, name in ("A", "vgg11"), ("B", "vgg13"), ("D", "vgg16"), ("E", "vgg19"):
        yield name, name, small_vgg(kind, False, 6, 32), 32
        yield f"{name}_bn", f"{name}_bn", small_vgg(kind, True, 6, 64), 64
    yield "mobilenet", "mobilenet_v2", mobilenetv2.mobilenet_v2(weights=None, num_classes=12), 224
    yield "mobilenet_narrow", "mobilenet_v2_w16", mobilenetv2.mobilenet_v2(weights=None, num_classes=5, width_mult=0.5), 224
    yield "mobilenet_wide", "mobilenet_v2_w48", mobilenetv2.mobilenet_v2(weights=None, num_classes=5, width_mult=1.4), 224
    yield "vit", "vit_w128_patch8_40", nets_vit.ViT(128, 2, 3, 8, 40, 9), 40
    yield "vit_tiny", "vit_tiny_patch16_96", nets_vit.ViT(192, 3, 2, 16, 96, 4), 96
    yield "bert", "bert_3x128", bert(3, 128, 77, 40, 5), 0


def shake(net):
    """Statistics and biases other than those of a new network, and weights that let the signal through."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            module.weight.data.uniform_(0.6, 1.2)
            module.bias.data.normal_(0, 0.1)
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                module.bias.data.normal_(0, 0.1)


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = ["name,network,classes"]
    for number, (name, expected, net, side) in enumerate(networks()):
        torch.manual_seed(number)
        shake(net)
        net.eval()
        with torch.no_grad():
            if side:
                x = torch.randn(1, 3, side, side)
                logits = net(x)
            else:
                numbers, segments = torch.randint(5, nets_bert.WORDS, (1, 13)), torch.tensor([[0] * 7 + [1] * 6])
                logits = net(numbers, segments)
                x = torch.full((2, nets_bert.PLACES), 0.0)
                x[0] = -1
                x[0, :13], x[1, :13] = numbers[0], segments[0]
        safetensors.save(folder / f"{name}.safetensors", net.state_dict())
        safetensors.save(folder / f"{name}.answer.safetensors", {"input": x.reshape(-1), "logits": logits.reshape(-1)})
        lines.append(f"{name},{expected},{logits.shape[1]}")
    (folder / "names.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
