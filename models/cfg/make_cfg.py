# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the Darknet cfg files of the CNNs: /usr/bin/python3 models/cfg/make_cfg.py models/cfg

The graphs are torchvision's. What Darknet needs said differently:
* a 1x1 convolution with stride 2 (the projections) ignores its stride, so a max-pool of size 1 and stride 2 stands before it: pure subsampling, exact;
* `pad=1` means padding size/2; a max-pool's `padding` is the sum of both sides;
* convolutions are logistic and shortcuts linear by default, so the activation is always written;
* a projection block is conv ... conv(linear), [route] to the block's input, projection (linear), [shortcut] from the main branch.
Convolutions come in the order of the layer table (bench/nets): conv1, conv2(, conv3), downsample.
"""
import functools
import pathlib
import sys


class Graph:
    def __init__(self, title, channels, side):
        self.text = [f"# {title}. Written by models/cfg/make_cfg.py: change that, not this.\n",
                     f"[net]\nbatch=1\nsubdivisions=1\nheight={side}\nwidth={side}\nchannels={channels}\n"]
        self.count = 0

    def section(self, kind, **keys):
        self.text.append(f"[{kind}]\n" + "".join(f"{key.rstrip('_')}={value}\n" for key, value in keys.items()))
        self.count += 1
        return self.count - 1

    def conv(self, filters, size, stride, activation):
        return self.section("convolutional", batch_normalize=1, filters=filters, size=size, stride=stride, pad=1, activation=activation)

    def project(self, filters, stride):
        if stride > 1:
            self.section("maxpool", size=1, stride=stride, padding=0)
        return self.conv(filters, 1, 1, "linear")

    def back(self, index):
        return index - self.count


def residual_blocks(graph, blocks, widths, bottleneck):
    block_input = graph.count - 1
    channels = widths[0]
    expansion = 4 if bottleneck else 1
    for stage, (count, width) in enumerate(zip(blocks, widths)):
        for index in range(count):
            stride = 2 if stage > 0 and index == 0 else 1
            if bottleneck:
                graph.conv(width, 1, 1, "relu")
                graph.conv(width, 3, stride, "relu")
                last = graph.conv(4 * width, 1, 1, "linear")
            else:
                graph.conv(width, 3, stride, "relu")
                last = graph.conv(width, 3, 1, "linear")
            if stride > 1 or channels != width * expansion:
                graph.section("route", layers=graph.back(block_input))
                graph.project(width * expansion, stride)
                block_input = graph.section("shortcut", from_=graph.back(last), activation="relu")
            else:
                block_input = graph.section("shortcut", from_=graph.back(block_input), activation="relu")
            channels = width * expansion


def resnet(title, side, stem, pool, blocks, widths, classes, bottleneck=False):
    graph = Graph(title, 3, side)
    graph.conv(widths[0], stem[0], stem[1], "relu")
    graph.section("maxpool", size=pool[0], stride=pool[1], padding=pool[2])
    residual_blocks(graph, blocks, widths, bottleneck)
    graph.section("avgpool")
    graph.section("connected", output=classes, activation="linear")
    return graph


def cifar_resnet(depth):
    """Shortcuts without weights (option A): between unequal channel counts the engine pads on both sides (engine/widen.h)."""
    graph = Graph(f"ResNet-{depth} for CIFAR-10", 3, 32)
    graph.conv(16, 3, 1, "relu")
    block_input = graph.count - 1
    for stage, width in enumerate((16, 32, 64)):
        for index in range((depth - 2) // 6):
            graph.conv(width, 3, 2 if stage > 0 and index == 0 else 1, "relu")
            graph.conv(width, 3, 1, "linear")
            block_input = graph.section("shortcut", from_=graph.back(block_input), activation="relu")
    graph.section("avgpool")
    graph.section("connected", output=10, activation="linear")
    return graph


def vgg(title, side, convolutions, widths, pools, hidden, classes):
    graph = Graph(title, 3, side)
    for count, width, pool in zip(convolutions, widths, pools):
        for _ in range(count):
            graph.conv(width, 3, 1, "relu")
        if pool > 1:
            graph.section("maxpool", size=pool, stride=pool, padding=0)
    graph.section("connected", output=hidden, activation="relu")
    graph.section("connected", output=hidden, activation="relu")
    graph.section("connected", output=classes, activation="linear")
    return graph


GRAPHS = {
    "vgg16.full": lambda: vgg("VGG-16 with BatchNorm of torchvision", 224, [2, 2, 3, 3, 3], [64, 128, 256, 512, 512], [2] * 5, 4096, 1000),
    "vgg16.compact": lambda: vgg("VGG-16 with narrow stages for 24 x 24 images", 24, [2, 2, 3, 3, 3], [32, 32, 64, 64, 64], [2, 2, 2, 1, 1], 160, 2965),
    "resnet50.full": lambda: resnet("ResNet-50 of torchvision", 224, (7, 2), (3, 2, 2), [3, 4, 6, 3], [64, 128, 256, 512], 1000, True),
    "resnet34.full": lambda: resnet("ResNet-34 of torchvision", 224, (7, 2), (3, 2, 2), [3, 4, 6, 3], [64, 128, 256, 512], 1000),
    **{f"resnet{depth}.full": functools.partial(cifar_resnet, depth) for depth in (20, 32, 44, 56)},
    "resnet34.compact": lambda: resnet("ResNet-34 with narrow stages for 24 x 24 images", 24, (3, 1), (2, 2, 0), [3, 4, 6, 3], [32, 32, 64, 64], 2965),
    "resnet50.compact": lambda: resnet("ResNet-50 with narrow stages for 24 x 24 images", 24, (3, 1), (2, 2, 0), [3, 4, 6, 3], [16, 32, 32, 32], 2965, True),
}

if __name__ == "__main__":
    for name, make in GRAPHS.items():
        (pathlib.Path(sys.argv[1]) / f"{name}.cfg").write_text("\n".join(make().text))
