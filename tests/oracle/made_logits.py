# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch's logits of whole networks with weights by formula (python3-torch).

    made_logits.py write    makes tests/data/made_logits.safetensors again
    made_logits.py check    computes them afresh and compares with the committed ones (relative error 1e-5)
"""
import pathlib
import sys

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
import graphs  # noqa: E402
import made  # noqa: E402
import safetensors  # noqa: E402

SAMPLES = 3
KEPT = 16  # logits of a sample, of networks with more classes: the first ones
COMPACT = {"stem": (3, 1), "pool": (2, 2, 0)}


def images(graph, side, **shape):
    def run(sample):
        return graph(made.Made(), made.image(sample, 3, side, side), **shape)
    return run


def texts(tokens, words, **shape):
    def run(sample):
        numbers, segments = made.text(sample, tokens, words)
        return graphs.bert(made.Made(), numbers, segments, words, tokens, **shape)
    return run


# NET.SIZE as bench/nets has them; "odd" is the size of test_transformers.c, of which no dimension is a multiple of a vector.
NETWORKS = {
    "resnet34.compact": images(graphs.resnet, 24, blocks=(3, 4, 6, 3), widths=(32, 32, 64, 64), classes=2965, **COMPACT),
    "resnet50.compact": images(graphs.resnet, 24, blocks=(3, 4, 6, 3), widths=(16, 32, 32, 32), classes=2965, bottleneck=True, **COMPACT),
    "vgg16.compact": images(graphs.vgg16, 24, widths=(32, 32, 64, 64, 64), hidden=160, classes=2965, pools=(2, 2, 2, 1, 1)),
    "resnet20.full": images(graphs.cifar_resnet, 32, blocks=3),
    "vit_small.compact": images(graphs.vit, 28, width=96, heads=3, blocks=12, patch=4, classes=10),
    "vit_base.compact": images(graphs.vit, 28, width=192, heads=6, blocks=12, patch=4, classes=10),
    "vit_small.odd": images(graphs.vit, 15, width=21, heads=3, blocks=2, patch=5, classes=7, hidden=35),
    "bert_mrpc.compact": texts(128, 4096, width=128, heads=4, layers=4),
    "bert_sst2.compact": texts(128, 4096, width=128, heads=4, layers=4),
    "bert_mrpc.odd": texts(33, 57, width=21, heads=3, layers=2, hidden=35),
}


def main():
    torch.set_num_threads(1)
    path = ROOT / "tests" / "data" / "made_logits.safetensors"
    with torch.no_grad():
        fresh = {name: torch.cat([run(sample)[:, :KEPT] for sample in range(SAMPLES)]) for name, run in NETWORKS.items()}
    if sys.argv[1:] == ["write"]:
        safetensors.save(path, fresh, {"made by": "tests/oracle/made_logits.py", "torch": torch.__version__})
        return
    committed = safetensors.load(path)[0]
    for name, logits in fresh.items():
        error = ((logits - committed[name]).abs().max() / committed[name].abs().max()).item()
        print(f"{name}: relative error {error:.2g}")
        if not error <= 1e-5:
            raise SystemExit(f"{path} is not what PyTorch computes: make oracle")


if __name__ == "__main__":
    main()
