# SPDX-License-Identifier: GPL-3.0-or-later
"""Change a safetensors file with the standard library: edit_tensors.py IN OUT [ACTION VALUE]...

    add NAME        a float tensor of 3 zeros more
    drop NAME       one tensor less
    prefix TEXT     TEXT in front of every name
    rows NAME=N     only the first N rows of a tensor
    note KEY=TEXT   a note of the file
"""
import json
import math
import struct
import sys


def main():
    source, target, *actions = sys.argv[1:]
    with open(source, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, body = json.loads(file.read(size)), file.read()
    notes = header.pop("__metadata__", {})
    tensors = {name: [entry["dtype"], entry["shape"], body[entry["data_offsets"][0]:entry["data_offsets"][1]]] for name, entry in header.items()}
    for action, value in zip(actions[::2], actions[1::2]):
        if action == "add":
            tensors[value] = ["F32", [3], bytes(12)]
        elif action == "drop":
            del tensors[value]
        elif action == "prefix":
            tensors = {value + name: tensor for name, tensor in tensors.items()}
        elif action == "rows":
            name, count = value.split("=")
            kind, shape, data = tensors[name]
            row = len(data) // shape[0]
            tensors[name] = [kind, [int(count), *shape[1:]], data[:row * int(count)]]
            assert math.prod(shape) > 0
        else:
            assert action == "note"
            key, text = value.split("=", 1)
            notes[key] = text
    header, offset = {"__metadata__": notes} if notes else {}, 0
    for name, (kind, shape, data) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


if __name__ == "__main__":
    main()
