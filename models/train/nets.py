# SPDX-License-Identifier: GPL-3.0-or-later
"""The compact networks: the graphs and tensor names of torchvision, with narrower stages.

A compact network must pass through the code that imports the full-size checkpoint, so names, shapes and the order of
operations are torchvision's; only the sizes in SIZES differ. torchvision itself is not needed.
"""
import torch
from torch import nn


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, projected where the shape changes (He et al. 2015, Fig. 2 left)."""
    expansion = 1

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet(nn.Module):
    """torchvision's ResNet. `stem` is (kernel, stride, padding), `pool` the same of the max-pool."""

    def __init__(self, block, blocks, widths, classes, stem, pool):
        super().__init__()
        kernel, stride, padding = stem
        self.conv1 = nn.Conv2d(3, widths[0], kernel, stride, padding, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(*pool)
        inputs = widths[0]
        for number, (count, width) in enumerate(zip(blocks, widths), 1):
            stage = []
            for index in range(count):
                stage.append(block(inputs, width, 2 if index == 0 and number > 1 else 1))
                inputs = block.expansion * width
            setattr(self, f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(inputs, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(1, 5):
            x = getattr(self, f"layer{number}")(x)
        return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1 to four times the width ("v1.5"), and a shortcut (He et al. 2015, Fig. 5 right)."""
    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = self.expansion * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        return self.relu(self.bn3(self.conv3(x)) + shortcut)


class VGG(nn.Module):
    """torchvision's VGG-16 with BatchNorm. A stage ends with a max-pool of `pools[stage]`. Where 24 x 24 pixels are too few
    for five halvings that is 1, an identity which keeps its place, and with it the names, in `features`."""

    def __init__(self, widths, pools, side, hidden, classes, dropout=0.5):
        super().__init__()
        features, inputs = [], 3
        for count, width, pool in zip((2, 2, 3, 3, 3), widths, pools):
            for _ in range(count):
                features += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                inputs = width
            features.append(nn.MaxPool2d(pool))
            side //= pool
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Linear(inputs * side * side, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout),
                                        nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Linear(hidden, classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def resnet34(size):
    if size == "full":
        return ResNet(BasicBlock, [3, 4, 6, 3], [64, 128, 256, 512], 1000, (7, 2, 3), (3, 2, 1))
    return ResNet(BasicBlock, [3, 4, 6, 3], [32, 32, 64, 64], 2965, (3, 1, 1), (2, 2, 0))


def resnet50(size):
    if size == "full":
        return ResNet(Bottleneck, [3, 4, 6, 3], [64, 128, 256, 512], 1000, (7, 2, 3), (3, 2, 1))
    return ResNet(Bottleneck, [3, 4, 6, 3], [16, 32, 32, 32], 2965, (3, 1, 1), (2, 2, 0))


def vgg16(size):
    if size == "full":
        return VGG([64, 128, 256, 512, 512], [2, 2, 2, 2, 2], 224, 4096, 1000)
    return VGG([32, 32, 64, 64, 64], [2, 2, 2, 1, 1], 24, 160, 2965, 0.1)


NETS = {"resnet34": resnet34, "resnet50": resnet50, "vgg16": vgg16}
