# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints without torch, good and hostile, by the standard library's own pickle and zipfile.

    checkpoints.py FOLDER          FOLDER/NAME.pth and FOLDER/manifest.csv: file,reason (empty: is read, and equals
                                   NAME.pth.safetensors)
    checkpoints.py --big FOLDER    FOLDER/big.pth alone: 600 MB in three storages

The good ones have what python3-torch of today does not write: Python 2's text opcodes, OrderedDict from a list, decimal
integers, PyTorch 0.3's _rebuild_tensor. The hostile ones are each one thing wrong.
"""
import collections
import copy
import io
import json
import pathlib
import pickle
import struct
import sys
import types
import zipfile

MAGIC = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
OLD_HEAD = MAGIC + pickle.dumps(1001, 2) + pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}, 2)


def fake(module, *names):
    """Names that pickle finds where torch has its own."""
    made = types.ModuleType(module)
    sys.modules[module] = made
    for name in names:
        def call(*arguments):
            raise RuntimeError("never called")
        call.__module__, call.__name__, call.__qualname__ = module, name, name
        setattr(made, name, call)
    return made


torch = fake("torch", "FloatStorage", "CharStorage", "LongStorage", "device")
utils = fake("torch._utils", "_rebuild_tensor_v2", "_rebuild_tensor", "_rebuild_parameter")


class Storage:
    def __init__(self, key, kind, count):
        self.id = ("storage", kind, key, "cpu", count)


class Call:
    def __init__(self, function, *arguments):
        self.parts = (function, arguments)

    def __reduce__(self):
        return self.parts


def tensor(storage, shape, stride=None, offset=0):
    if stride is None:
        stride, step = [], 1
        for size in reversed(shape):
            stride.insert(0, step)
            step *= size
    return Call(utils._rebuild_tensor_v2, storage, offset, tuple(shape), tuple(stride), False, collections.OrderedDict())


def dumps(obj, protocol=2):
    out = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value.id if isinstance(value, Storage) else None
    Pickler(out, protocol).dump(obj)
    return out.getvalue()


def archive(path, data, storages, folder="archive", extra=(), **options):
    with zipfile.ZipFile(path, "w", **options) as out:
        out.writestr(f"{folder}/data.pkl", data)
        for key, body in storages.items():
            out.writestr(f"{folder}/data/{key}", body)
        for name, body in extra:
            out.writestr(name, body)


def save_safetensors(path, tensors):
    header, body = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


A = struct.pack("<6f", *range(6))
A_TURNED = struct.pack("<6f", 0, 3, 1, 4, 2, 5)
B = bytes(range(8))
F6 = Storage("0", torch.FloatStorage, 6)
C8 = Storage("1", torch.CharStorage, 8)
STORAGES = {"0": A, "1": B}
WANTED = {"a": ("F32", [2, 3], A), "t": ("F32", [3, 2], A_TURNED), "b": ("I8", [8], B)}


def good_state():
    return collections.OrderedDict(a=tensor(F6, (2, 3)), t=tensor(F6, (3, 2), (1, 3)), b=tensor(C8, (8,)), note="text", n=1.5)


def python2():
    """`{a, t, b}` as cPickle of Python 2 and PyTorch 0.3 wrote them: opcode by opcode, the memo counting from 1."""
    memo = iter(range(1, 99))

    def put():
        return b"q" + bytes([next(memo)])

    def text(value):
        return b"U" + bytes([len(value)]) + value.encode() + put()

    def view(kind, key, count, offset, shape, stride):
        def size(values):
            return b"(" + b"".join(b"K" + bytes([v]) for v in values) + b"t" + put()
        return (b"ctorch._utils\n_rebuild_tensor\n" + put() + b"((" + text("storage") + f"ctorch\n{kind}\n".encode() + put() + text(key) +
                text("cpu") + f"I{count}\n".encode() + b"Nt" + put() + b"Q" + b"K" + bytes([offset]) + size(shape) + size(stride) + b"t" + put() + b"R" + put())

    def pair(name, value):
        return b"]" + put() + b"(" + text(name) + value + b"e"
    return (b"\x80\x02ccollections\nOrderedDict\n" + put() + b"]" + put() + b"(" + pair("a", view("FloatStorage", "10", 6, 0, [2, 3], [3, 1])) +
            pair("t", view("FloatStorage", "10", 6, 0, [3, 2], [1, 3])) + pair("b", view("CharStorage", "11", 8, 0, [8], [1])) + b"e\x85" + put() + b"R" + put() + b".")


def old_file(state, keys, bodies, head=OLD_HEAD):
    return head + state + dumps(keys) + b"".join(struct.pack("<Q", count) + body for count, body in bodies)


def good(folder):
    for protocol in 2, 3, 4:
        archive(folder / f"protocol{protocol}.pth", dumps(good_state(), protocol), STORAGES)
    archive(folder / "deflated.pth", dumps(good_state()), STORAGES, compression=zipfile.ZIP_DEFLATED)
    archive(folder / "byteorder.pth", dumps(good_state()), STORAGES, extra=[("archive/byteorder", "little"), ("archive/.data/serialization_id", "1")])
    archive(folder / "folder.pth", dumps({"state_dict": good_state()}), STORAGES, folder="resnet50-0676ba61")
    with zipfile.ZipFile(folder / "zip64.pth", "w") as out:
        for name, body in [("archive/data.pkl", dumps(good_state()))] + [(f"archive/data/{key}", body) for key, body in STORAGES.items()]:
            with out.open(name, "w", force_zip64=True) as entry:
                entry.write(body)
    (folder / "python2.pth").write_bytes(old_file(python2(), ["10", "11"], [(6, A), (8, B)]))
    (folder / "old.pth").write_bytes(old_file(dumps(good_state()), ["1", "0"], [(8, B), (6, A)]))
    names = sorted(path.name for path in folder.glob("*.pth"))
    for name in names:
        save_safetensors(folder / f"{name}.safetensors", WANTED)
    return [(name, "") for name in names]


def hostile_archives(folder):
    """NAME -> reason; each written on the way."""
    state = dumps(good_state())
    whole = folder / "protocol2.pth"

    def one(name, reason, data=state, storages=STORAGES, **options):
        archive(folder / f"{name}.pth", data, storages, **options)
        return f"{name}.pth", reason

    def changed(name, reason, edit):
        (folder / f"{name}.pth").write_bytes(edit(bytearray(whole.read_bytes())))
        return f"{name}.pth", reason

    def flip(data):
        at = data.find(A)
        data[at] ^= 1
        return data

    def central(data, field, size, value):
        """The directory's entry of data/0 with another value at `field`."""
        at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
        data[at + field:at + field + size] = value.to_bytes(size, "little")
        return data

    def wide(**parts):
        view = {"storage": F6, "shape": (2, 3), **parts}
        return dumps({"a": tensor(view["storage"], view["shape"], view.get("stride"), view.get("offset", 0))})
    yield one("short_storage", "entry archive/data/0: found 20 bytes", storages={"0": A[:20], "1": B})
    yield one("long_storage", "entry archive/data/1: found 9 bytes", storages={"0": A, "1": B + b"x"})
    yield one("no_storage", "entry archive/data/1: found no such entry", storages={"0": A})
    yield one("no_pickle", "no FOLDER/data.pkl", folder="deep/er")
    yield one("two_pickles", "more than one data.pkl", extra=[("other/data.pkl", b"")])
    yield one("big_endian", "archive/byteorder: found another byte order", extra=[("archive/byteorder", "big")])
    yield one("bzip2", "another compression", compression=zipfile.ZIP_BZIP2)
    yield changed("crc", "entry archive/data/0: found CRC error", flip)
    yield changed("cut", "zip directory", lambda data: data[:len(data) // 2])
    yield changed("claims", "entry archive/data/0: found 4000000000 bytes", lambda data: central(central(data, 20, 4, 4000000000), 24, 4, 4000000000))
    yield changed("encrypted", "encryption", lambda data: central(data, 8, 2, 1))
    yield one("offset", "beyond the end of its storage", wide(offset=1))
    yield one("stride", "beyond the end of its storage", wide(stride=(4, 1)))
    yield one("shape", "beyond the end of its storage", wide(shape=(7,)))
    yield one("overflow", "beyond the end of its storage", wide(shape=(1 << 33, 1 << 33), stride=(0, 0)))
    yield one("stride_overflow", "beyond the end of its storage", wide(shape=(3, 3), stride=((1 << 62), 1 << 62)))
    yield one("negative", "are no sizes", wide(stride=(-1, 1)))
    yield one("nine", "at most 8 dimensions", wide(shape=(1,) * 9))
    yield one("uneven", "are no sizes", wide(shape=(2, 3), stride=(1,)))
    yield one("repeats", "repeat their storages", wide(shape=(1 << 24,), stride=(0,)))
    yield one("giant", "entry archive/data/0", wide(storage=Storage("0", torch.FloatStorage, 1 << 60), shape=(1 << 60,)))
    yield one("too_giant", "not a whole storage", wide(storage=Storage("0", torch.FloatStorage, 1 << 62)))
    yield one("path", "not a whole storage", wide(storage=Storage("../x", torch.FloatStorage, 6)))
    yield one("two_types", "storage 0: found two types", dumps({"a": tensor(F6, (6,)), "b": tensor(Storage("0", torch.CharStorage, 6), (6,))}))
    yield one("twice", "the same tensor name twice", dumps({"a": tensor(F6, (6,)), "z": tensor(F6, (6,))}).replace(b"X\1\0\0\0z", b"X\1\0\0\0a"))
    yield one("nul", "or with a NUL", dumps({"a\0b": tensor(F6, (6,))}))
    yield one("storageless", "without a storage", dumps({"a": tensor(3, (6,))}))
    yield one("module", "a whole object (system)", b"\x80\x02cos\nsystem\nU\x02ls\x85R.")
    yield one("stack_module", "a whole object (system)", b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.")


def overlap(path):
    """One body of 100 kB that four directory entries claim: a small archive that could ask for any size."""
    state = {f"t{i}": tensor(Storage(str(i), torch.FloatStorage, 25000), (25000,)) for i in range(4)}
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("archive/data.pkl", dumps(state))
        out.writestr("archive/data/0", bytes(100000))
        for i in 1, 2, 3:
            again = copy.copy(out.getinfo("archive/data/0"))
            again.filename = f"archive/data/{i}"
            out.filelist.append(again)
    return path.name, "at most what is left of the archive's"


def hostile_old(folder):
    state = dumps(good_state())
    files = {
        "old_cut": (old_file(state, ["1", "0"], [(8, B), (6, A)])[:-3], "storage 0, byte"),
        "old_more": (old_file(state, ["1", "0"], [(8, B), (6, A)]) + b"x", "bytes after the last storage"),
        "old_count": (old_file(state, ["1", "0"], [(8, B), (7, A)]), "found 7 elements"),
        "old_key": (old_file(state, ["1", "7"], [(8, B), (6, A)]), "a key that no tensor uses"),
        "old_keys": (old_file(state, ["1"], [(8, B)]), "another number of storages"),
        "old_twice": (old_file(state, ["1", "1"], [(8, B), (8, B)]), "the same storage twice"),
        "old_number": (old_file(state, [], [], head=pickle.dumps(7, 2)), "magic number"),
        "old_version": (old_file(state, [], [], head=MAGIC + pickle.dumps(1000, 2)), "format version"),
        "old_endian": (old_file(state, [], [], head=MAGIC + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": False}, 2)), "machine"),
        "tar": (bytes(257) + b"ustar" + bytes(300), "a tar archive"),
        "page": (b"<!DOCTYPE html>", "a web page"),
        "pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        "empty": (b"", "an empty file"),
        "hdf": (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", "a gzip file"),
        "other": (b"\x89PNG\r\n\x1a\n", "another format"),
    }
    for name, (data, reason) in files.items():
        (folder / f"{name}.pth").write_bytes(data)
        yield f"{name}.pth", reason


def big(folder):
    """Zeros but for the first and last element of each storage."""
    counts = [50_000_000, 50_000_000, 50_000_000]
    state = {f"layer{i}.weight": tensor(Storage(str(i), torch.FloatStorage, count), (1000, count // 1000)) for i, count in enumerate(counts)}
    with zipfile.ZipFile(folder / "big.pth", "w") as out:
        out.writestr("big/data.pkl", dumps(state))
        for i, count in enumerate(counts):
            with out.open(f"big/data/{i}", "w", force_zip64=True) as entry:
                entry.write(struct.pack("<f", i + 1))
                left = 4 * (count - 2)
                while left > 0:
                    entry.write(bytes(min(left, 1 << 24)))
                    left -= 1 << 24
                entry.write(struct.pack("<f", -i - 1))


def main():
    if sys.argv[1] == "--big":
        return big(pathlib.Path(sys.argv[2]))
    folder = pathlib.Path(sys.argv[1])
    rows = good(folder) + list(hostile_archives(folder)) + [overlap(folder / "overlap.pth")] + list(hostile_old(folder))
    with open(folder / "manifest.csv", "w") as out:
        out.write("file,reason\n" + "".join(f'{name},"{reason}"\n' for name, reason in rows))


main()
