# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkpoint that is much larger than the memory that a command may take, and what must come out of it.

    large.py make FOLDER            FOLDER/sharded (two files and an index) and FOLDER/model.bin (as torch.save writes it) of
                                    the same 166 MB
    large.py peak MIB COMMAND...    run the command; fails when it took more memory than MIB (its peak of resident pages,
                                    mapped files included)
    large.py quantised FILE         does FILE hold the weights, rounded to INT8? Some channels of every weight are looked at,
                                    those on both sides of every power of two among them
"""
import collections
import json
import pathlib
import pickle
import random
import resource
import struct
import subprocess
import sys
import types
import zipfile

SHAPES = [("embed_tokens.weight", "BF16", [32000, 512]), ("layers.0.a.weight", "F32", [4096, 4096]),
          ("layers.0.norm.weight", "F32", [4096]), ("lm_head.weight", "BF16", [32000, 1024]), ("tail.weight", "F16", [512, 64])]
PERIOD = 65521  # values that are repeated: a prime, so that rows differ


def count(shape):
    total = 1
    for size in shape:
        total *= size
    return total


def values(dtype):
    numbers = random.Random(1)
    reals = [numbers.gauss(0, 0.02) for _ in range(PERIOD)]
    if dtype == "BF16":
        return b"".join(struct.pack("<f", real)[2:] for real in reals)
    return struct.pack(f"<{PERIOD}{'f' if dtype == 'F32' else 'e'}", *reals)


def write_values(file, dtype, shape):
    block, left = values(dtype), count(shape) * {"F32": 4}.get(dtype, 2)
    while left > 0:
        left -= file.write(block[:left])


# ===  safetensors  ===

def header_of(tensors):
    header, at = {}, 0
    for name, dtype, shape in tensors:
        size = count(shape) * {"F32": 4}.get(dtype, 2)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return text + b" " * (-len(text) % 8)


def make_sharded(folder):
    folder.mkdir(parents=True)
    where = {}
    for number, tensors in enumerate((SHAPES[:2], SHAPES[2:]), 1):
        name = f"model-0000{number}-of-00002.safetensors"
        with open(folder / name, "wb") as file:
            text = header_of(tensors)
            file.write(struct.pack("<Q", len(text)) + text)
            for tensor, dtype, shape in tensors:
                write_values(file, dtype, shape)
                where[tensor] = name
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))


def read_header(file):
    length, = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return header, 8 + length


# ===  torch.save  ===

def fake_torch():
    """The names that a state dict's pickle refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in "FloatStorage", "HalfStorage", "BFloat16Storage":
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        pass
    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    torch._utils = utils
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch


class Storage:
    def __init__(self, identity):
        self.identity = identity


class Tensor:
    def __init__(self, rebuild, storage, shape):
        self.rebuild, self.storage, self.shape = rebuild, storage, shape

    def __reduce__(self):
        strides = [count(self.shape[i + 1:]) for i in range(len(self.shape))]
        return self.rebuild, (self.storage, 0, tuple(self.shape), tuple(strides), False, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return thing.identity if isinstance(thing, Storage) else None


def make_zip(path):
    torch = fake_torch()
    kinds = {"F32": torch.FloatStorage, "F16": torch.HalfStorage, "BF16": torch.BFloat16Storage}
    state = collections.OrderedDict()
    for key, (name, dtype, shape) in enumerate(SHAPES):
        storage = Storage(("storage", kinds[dtype], str(key), "cpu", count(shape)))
        state[name] = Tensor(torch._utils._rebuild_tensor_v2, storage, shape)
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("model/data.pkl", "w") as file:
            Pickler(file, 2).dump(state)
        for key, (name, dtype, shape) in enumerate(SHAPES):
            with archive.open(f"model/data/{key}", "w") as file:
                write_values(file, dtype, shape)


# ===  What must come out  ===

def single(real):
    """The nearest number of float32."""
    return struct.unpack("<f", struct.pack("<f", real))[0]


def row_of(dtype, length, index):
    """Channel `index` of a weight with rows of this length."""
    block, size = values_cache(dtype), {"F32": 4}.get(dtype, 2)
    start = index * length % PERIOD
    data = (block * (2 + length // PERIOD))[start * size:(start + length) * size]
    if dtype == "BF16":
        return [struct.unpack("<f", b"\0\0" + data[i:i + 2])[0] for i in range(0, len(data), 2)]
    return list(struct.unpack(f"<{length}{'f' if dtype == 'F32' else 'e'}", data))


def values_cache(dtype, known={}):
    if dtype not in known:
        known[dtype] = values(dtype)
    return known[dtype]


def rows_to_look_at(rows):
    border = [1 << bit for bit in range(rows.bit_length())]
    return sorted({row for at in border for row in (at - 1, at) if row < rows} | {0, rows - 1, rows // 3})


def check_quantised(path):
    with open(path, "rb") as file:
        header, start = read_header(file)
        at = {name: start + entry["data_offsets"][0] for name, entry in header.items()}
        for name, dtype, shape in SHAPES:
            if "embed" in name or len(shape) < 2:
                assert header[name]["dtype"] == dtype, name
                file.seek(at[name])
                wanted = values_cache(dtype)[:count(shape) * {"F32": 4}.get(dtype, 2)]
                assert file.read(len(wanted)) == wanted, name
                continue
            assert header[name] | {"data_offsets": 0} == {"dtype": "I8", "shape": shape, "data_offsets": 0}, name
            for row in rows_to_look_at(shape[0]):
                weights = row_of(dtype, shape[1], row)
                file.seek(at[name] + row * shape[1])
                q = struct.unpack(f"{shape[1]}b", file.read(shape[1]))
                file.seek(at[f"{name}.scale"] + 4 * row)
                scale, = struct.unpack("<f", file.read(4))
                assert scale == single(max(map(abs, weights)) / 127.5), (name, row)
                assert all(abs(a * scale - b) <= 0.5001 * scale for a, b in zip(q, weights)), (name, row)


def peak(limit, command):
    code = subprocess.call(command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak {used:.0f} MiB, at most {limit} allowed", file=sys.stderr)
    return code if code != 0 else used > limit


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "make":
        make_sharded(pathlib.Path(rest[0]) / "sharded")
        make_zip(pathlib.Path(rest[0]) / "model.bin")
    elif what == "peak":
        sys.exit(peak(int(rest[0]), rest[1:]))
    else:
        check_quantised(rest[0])


main()
