# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as PyTorch writes them, each beside the same tensors as safetensors (python3-torch).

    torch_checkpoints.py matrix FOLDER     everything below, and FOLDER/manifest.csv: file,reason (empty: is read)
    torch_checkpoints.py fixture FOLDER    the few that are committed for machines without torch

Every element type, views with strides, offsets and shared storages, Parameters, nested dictionaries, pickle protocols 2
to 5, the zip format and the one before it; the same archives packed again with deflate and as zip64.
"""
import argparse
import collections
import datetime
import functools
import json
import pathlib
import struct
import sys
import zipfile

import torch

try:
    import numpy
except ImportError:
    numpy = None

NAMES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def save_safetensors(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        data = (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def every_type():
    base = torch.arange(-12, 12)
    return collections.OrderedDict((NAMES[dtype].lower(), base.to(dtype).reshape(2, 3, 4)) for dtype in NAMES)


def views():
    base = torch.arange(120.0)
    block = base.reshape(2, 3, 4, 5)
    tied = torch.nn.Parameter(torch.linspace(-1, 1, 12).reshape(3, 4))
    return collections.OrderedDict([
        ("whole", block), ("flat", base), ("transposed", block.transpose(1, 3)), ("sliced", block[:, ::2, 1:, ::2]),
        ("narrow", base[17:59]), ("channels_last", block.clone().contiguous(memory_format=torch.channels_last)),
        ("expanded", torch.tensor([1.5, 2.5]).reshape(2, 1).expand(2, 7)), ("scalar", torch.tensor(3.25)),
        ("element", base[41]), ("empty", torch.empty(0, 3)), ("one", torch.ones(1, 1, 1)), ("column", block[:, :, :, 2:3]),
        ("tied.a", tied), ("tied.b", tied), ("tied.t", tied.detach().t()), ("eight", torch.arange(256).reshape([2] * 8).permute(7, 1, 2, 3, 4, 5, 6, 0)),
        ("part", torch.arange(1000, dtype=torch.int16)[500:700:3])])


def network():
    """The names and kinds of a real state dict, `_metadata` and num_batches_tracked included."""
    torch.manual_seed(1)
    block = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(3, 4, 3), bn=torch.nn.BatchNorm2d(4)))
    return block.state_dict()


def write(folder, rows, name, obj, tensors, **options):
    torch.save(obj, folder / f"{name}.pth", **options)
    save_safetensors(folder / f"{name}.pth.safetensors", tensors)
    rows.append((f"{name}.pth", ""))


def pack_again(folder, rows, name, kind, **options):
    source = folder / f"{name}.pth"
    target = folder / f"{name}.{kind}.pth"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", **options) as new:
        for entry in old.infolist():
            with new.open(entry.filename, "w", force_zip64=kind == "zip64") as out:
                out.write(old.read(entry))
    (folder / f"{target.name}.safetensors").write_bytes((folder / f"{source.name}.safetensors").read_bytes())
    rows.append((target.name, ""))


class Kept(torch.nn.Parameter):
    """A subclass of Parameter with an attribute: pickled by _rebuild_from_type_v2."""


def training_programs(folder, rows, net, optimiser):
    """The state dict among what training programs keep beside it: settings, random states, numpy scalars, dates, sets.
    Where averaged weights (`net`) are beside the raw ones, those are taken."""
    args = argparse.Namespace(lr=0.1, data=pathlib.PosixPath("/x"), betas=None, when=datetime.datetime(2020, 1, 1))
    raw = {name: tensor + 1 for name, tensor in net.items()}
    extras = {"optimizer": optimiser, "args": args, "epoch": 3, "best": torch.tensor(1.5), "rng": torch.get_rng_state(), "seen": {1, 2}, "frozen": frozenset("a"),
              "types": collections.defaultdict(list, a=[1]), "device": torch.device("cpu"), "dtype": torch.float16, "size": torch.Size([1, 2]),
              "part": functools.partial(int, base=2), "complex": torch.ones(2, dtype=torch.complex64)}
    if numpy is not None:
        extras |= {"metric": numpy.float64(1.5), "numpy_rng": numpy.random.RandomState(1).get_state(), "array": numpy.arange(3)}
    for key in "net", "network", "ema", "model_ema", "state_dict_ema", "params", "params_ema", "checkpoint", "module", "weights_of_my_own":
        write(folder, rows, f"train.{key}", {**extras, key: net}, net)
    write(folder, rows, "train.legacy", {"net": net, "args": args, "optimizer": optimiser}, net, _use_new_zipfile_serialization=False)
    write(folder, rows, "train.four", {**extras, "net": net}, net, pickle_protocol=4)
    write(folder, rows, "train.timm", {**extras, "state_dict": raw, "state_dict_ema": net}, net)
    write(folder, rows, "train.torchvision", {**extras, "model": raw, "model_ema": net}, net)
    write(folder, rows, "train.deep", {"checkpoint": {"model": {"state_dict": net}}, "args": args}, net)
    own = {"a": Kept(torch.ones(2, 3))}
    own["a"].note = "kept"
    write(folder, rows, "train.subclass", own, own)


def matrix(folder):
    rows = []
    kinds = {"types": every_type(), "views": views(), "network": network()}
    for kind, tensors in kinds.items():
        for protocol in 2, 3, 4:
            for zipped in True, False:
                write(folder, rows, f"{kind}.{protocol}.{'zip' if zipped else 'legacy'}", tensors, tensors, pickle_protocol=protocol,
                      _use_new_zipfile_serialization=zipped)
        pack_again(folder, rows, f"{kind}.2.zip", "deflated", compression=zipfile.ZIP_DEFLATED)
        pack_again(folder, rows, f"{kind}.2.zip", "zip64")
    net = kinds["network"]
    optimiser = {"state": {0: {"step": 3, "momentum_buffer": torch.ones(3)}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.99), "nesterov": False}]}
    write(folder, rows, "nested.state_dict", {"epoch": 90, "arch": "x", "best": None, "state_dict": net, "optimizer": optimiser}, net)
    write(folder, rows, "nested.model", {"model": net, "lr": 1e-3, "seed": 2**40, "huge": 2**80}, net)
    write(folder, rows, "nested.twice", {"model": {"state_dict": dict(net)}}, net)
    write(folder, rows, "nested.beside", {"model_state_dict": net, "loss": torch.tensor(1.0)}, net)
    training_programs(folder, rows, net, optimiser)
    write(folder, rows, "five", {"a": torch.ones(2), "raw": bytearray(b"x" * 300)}, {"a": torch.ones(2)}, pickle_protocol=5)
    write(folder, rows, "mixed", {**net, "sparse": torch.eye(3).to_sparse(), "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, net)
    module = {f"module.{name}": tensor for name, tensor in net.items()}
    write(folder, rows, "module", module, module)
    write(folder, rows, "parameters", {name: torch.nn.Parameter(tensor) for name, tensor in net.items() if tensor.is_floating_point()},
          {name: tensor for name, tensor in net.items() if tensor.is_floating_point()})
    refused = {
        "whole_model": (torch.nn.Linear(2, 2), "a whole object (Linear)"),
        "whole_under_model": ({"model": torch.nn.Linear(2, 2), "epoch": 3}, "key model: found a whole object (Linear)"),
        "complex": ({"a": torch.ones(2, dtype=torch.complex64)}, "tensor a: found a quantised"),
        "sparse": ({"a": torch.eye(3).to_sparse()}, "tensor a: found a quantised"),
        "quantised": ({"a": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, "tensor a: found a quantised"),
        "function": ({"a": print}, "no tensors"),
        "two_parts": ({"teacher": net, "student": net, "epoch": 1}, "teacher"),
        "list": ([torch.ones(2)], "no dictionary"),
        "none": ({"epoch": 3}, "no tensors"),
        "number": ({3: torch.ones(2)}, "no tensors"),
        "expanded": ({"a": torch.zeros(1).expand(1 << 24)}, "repeat their storages"),
    }
    for name, (obj, reason) in refused.items():
        torch.save(obj, folder / f"{name}.pth")
        rows.append((f"{name}.pth", reason))
    (folder / "manifest.csv").write_text("file,reason\n" + "".join(f"{name},{reason}\n" for name, reason in rows))


def fixture(folder):
    """Zip archives only: the format before names its storages by their addresses, so its bytes change from run to run."""
    for name, tensors in ("checkpoint.types", every_type()), ("checkpoint.views", views()):
        write(folder, [], name, tensors, tensors)


if __name__ == "__main__":
    {"matrix": matrix, "fixture": fixture}[sys.argv[1]](pathlib.Path(sys.argv[2]))
