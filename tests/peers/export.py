# SPDX-License-Identifier: GPL-3.0-or-later
"""The seven full-size networks as ONNX files with weights by formula (python3-torch): export.py FOLDER NET...

The first dimension of the inputs is free: the number of samples. All texts of a batch have as many tokens as the sample has,
so that nothing is padded."""
import pathlib
import sys
import warnings

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import graphs  # noqa: E402
import made  # noqa: E402

SAMPLE = 9  # its text has 122 tokens
BLOCKS, WIDTHS = (3, 4, 6, 3), (64, 128, 256, 512)
IMAGES = {
    "vgg16": lambda w, x: graphs.vgg16(w, x, (64, 128, 256, 512, 512), 4096, 1000),
    "resnet34": lambda w, x: graphs.resnet(w, x, BLOCKS, WIDTHS, 1000),
    "resnet50": lambda w, x: graphs.resnet(w, x, BLOCKS, WIDTHS, 1000, bottleneck=True),
    "vit_small": lambda w, x: graphs.vit(w, x, 384, 6, 12, 16, 1000),
    "vit_base": lambda w, x: graphs.vit(w, x, 768, 12, 12, 16, 1000),
}
TEXTS = {"bert_mrpc": 30522, "bert_sst2": 28996}


class Network(torch.nn.Module):
    def __init__(self, graph):
        super().__init__()
        self.graph, self.weights = graph, made.Made()

    def forward(self, *inputs):
        return self.graph(self.weights, *inputs)


def export(name, path):
    if name in IMAGES:
        graph, inputs, names = IMAGES[name], (made.image(SAMPLE, 3, 224, 224),), ["image"]
    else:
        words = TEXTS[name]
        inputs, names = tuple(t[None] for t in made.text(SAMPLE, 512, words)), ["words", "segments"]
        graph = lambda w, numbers, segments: graphs.bert(w, numbers, segments, words, 512, 768, 12, 12)  # noqa: E731
    network = Network(graph).eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network(*inputs)  # the weights come into being
        torch.onnx.export(network, inputs, path, opset_version=17, input_names=names, output_names=["logits"],
                          dynamic_axes={name: {0: "samples"} for name in (*names, "logits")})


if __name__ == "__main__":
    for net in sys.argv[2:]:
        export(net, pathlib.Path(sys.argv[1]) / f"{net}.onnx")
        print(f"{net}: exported", file=sys.stderr, flush=True)
