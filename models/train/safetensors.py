# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write safetensors with nothing but the standard library and torch.

Debian has no python3-safetensors. The format is 8 bytes of header length (little endian), a JSON header that maps each
name to {dtype, shape, data_offsets}, and the raw tensors. Used by the training tools and by the test oracles.
"""
import json
import struct

import numpy
import torch

DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
          torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8"}
TORCH = {name: dtype for dtype, name in DTYPES.items()}


def save(path, tensors, metadata=None):
    """Write `tensors` (name -> tensor, in the order given); `metadata` maps text to text."""
    header, offset, chunks = {}, 0, []
    if metadata:
        header["__metadata__"] = {str(key): str(value) for key, value in metadata.items()}
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        raw = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        data = raw.numpy().tobytes()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)))
        out.write(text)
        for data in chunks:
            out.write(data)


def load(path):
    """Return (name -> tensor, metadata)."""
    with open(path, "rb") as source:
        (length,) = struct.unpack("<Q", source.read(8))
        header = json.loads(source.read(length))
        body = source.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = TORCH[entry["dtype"]]
        storage = torch.int16 if dtype == torch.bfloat16 else dtype
        flat = torch.frombuffer(bytearray(body[begin:end]), dtype=storage) if end > begin else torch.empty(0, dtype=storage)
        tensors[name] = flat.view(dtype).reshape(entry["shape"])
    return tensors, metadata


def to_numpy(tensor):
    return numpy.ascontiguousarray(tensor.detach().float().numpy())
