# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal of the full mode is served: checkpoints with random weights under the real names and in the real formats
(torchvision's .pth, Hugging Face's pytorch_model.bin, timm's safetensors), vocabularies, a small ImageNet-like archive with
its labels, GLUE files; and the catalogues of all that, with lengths and hashes.

    rehearsal.py FOLDER BASE_URL PICTURES NET...

FOLDER/checkpoints.csv and FOLDER/datasets.csv are the catalogues. Files whose name has "cut" in it lose their connection
once (tests/shell/server.py).
"""
import csv
import hashlib
import io
import pathlib
import sys
import tarfile

import numpy
import PIL.Image
import torch
import torchvision

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "train"))
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import graphs  # noqa: E402
import made  # noqa: E402
import safetensors  # noqa: E402
from parity import BERTS, TOKENS, TORCHVISION, VITS  # noqa: E402
from resnet_fixture import randomise_norms  # noqa: E402

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCES = ["a quiet film about time", "no", "it is dull , and it knows it", "a joy from end to end", "two hours i want back",
             "warm and funny", "the plot is a rumour", "see it twice", "loud , long and empty", "she is wonderful in it"]


def of_torchvision(name, path):
    torch.manual_seed(16)
    model = getattr(torchvision.models, TORCHVISION[name])(weights=None)
    randomise_norms(model, torch.Generator().manual_seed(50))
    torch.save(model.state_dict(), path)


def of_vit(name, path):
    state = made.Made()
    graphs.vit(state, made.image(0, 3, 224, 224), blocks=12, patch=16, classes=1000, **VITS[name])
    safetensors.save(path, state)


def of_bert(name, path):
    state, words = made.Made(), BERTS[name]
    numbers, segments = made.text(0, TOKENS, words)
    graphs.bert(state, numbers, segments, words, TOKENS, width=768, heads=12, layers=12)
    torch.save(dict(state), path)


def vocabulary(words):
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", "."]
    known += [*LETTERS, *("##" + letter for letter in LETTERS), *LETTERS.upper(), *("##" + letter for letter in LETTERS.upper())]
    return "\n".join(known + [f"[unused{i}]" for i in range(words - len(known))]) + "\n"


def picture(number):
    """A smooth picture with some noise, of a size of its own."""
    random = numpy.random.RandomState(number)
    height, width = 180 + 37 * (number % 5), 200 + 53 * (number % 7)
    rows, columns = numpy.mgrid[0:height, 0:width]
    channels = [128 + 100 * numpy.sin(rows / (9 + number + c) + columns / (17 + 3 * c)) for c in range(3)]
    pixels = numpy.stack(channels, axis=2) + random.uniform(-20, 20, (height, width, 3))
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8)).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def pictures(archive, labels, count):
    lines = []
    with tarfile.open(archive, "w") as tar:
        for number in range(1, count + 1):
            name, data = f"ILSVRC2012_val_{number:08}.JPEG", picture(number)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            lines.append(f"{name} {41 * number % 1000}\n")
    labels.write_text("".join(lines))


def sst2(path):
    path.write_text("sentence\tlabel\n" + "".join(f"{text}\t{i % 2}\n" for i, text in enumerate(SENTENCES)))


def mrpc(path):
    rows = [f"{i % 2}\t{2 * i}\t{2 * i + 1}\t{text}\t{SENTENCES[(3 * i + 1) % len(SENTENCES)]}\n" for i, text in enumerate(SENTENCES)]
    path.write_text("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n" + "".join(rows))


class Catalogue:
    def __init__(self, path, owner, base):
        self.stream = open(path, "w", newline="")
        self.rows = csv.writer(self.stream, lineterminator="\n")
        self.rows.writerow(["name", owner, "role", "file", "url", "bytes", "bytes_about", "sha256", "licence", "source"])
        self.folder, self.base = path.parent, base

    def add(self, owner, role, served, place):
        digest = hashlib.sha256()
        with open(self.folder / served, "rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
        size = (self.folder / served).stat().st_size
        self.rows.writerow([f"{owner}-{role}", owner, role, place, f"{self.base}/{served}", size, "", digest.hexdigest(), "",
                            "made for a rehearsal"])
        self.stream.flush()


def main():
    folder, base, count, names = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    torch.set_num_threads(2)
    checkpoints = Catalogue(folder / "checkpoints.csv", "net", base)
    for name in names:
        served = f"{name}-cut" + (".safetensors" if name in VITS else ".bin" if name in BERTS else ".pth")
        with torch.no_grad():
            (of_vit if name in VITS else of_bert if name in BERTS else of_torchvision)(name, folder / served)
        checkpoints.add(name, "weights", served, f"checkpoints/{name}/{served}")
        if name in BERTS:
            (folder / f"{name}-vocab.txt").write_text(vocabulary(BERTS[name]))
            checkpoints.add(name, "vocabulary", f"{name}-vocab.txt", f"checkpoints/{name}/vocab.txt")
        print(f"{name}: written", flush=True)
    datasets = Catalogue(folder / "datasets.csv", "dataset", base)
    pictures(folder / "pictures.tar", folder / "val.txt", count)
    datasets.add("imagenet", "data", "pictures.tar", "datasets/imagenet/ILSVRC2012_img_val.tar")
    datasets.add("imagenet", "labels", "val.txt", "datasets/imagenet/val.txt")
    sst2(folder / "sst2.tsv")
    datasets.add("glue-sst2", "data", "sst2.tsv", "datasets/glue/SST-2/dev.tsv")
    mrpc(folder / "mrpc.tsv")
    datasets.add("glue-mrpc", "data", "mrpc.tsv", "datasets/glue/MRPC/dev.tsv")


if __name__ == "__main__":
    main()
