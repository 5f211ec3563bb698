# SPDX-License-Identifier: GPL-3.0-or-later
"""A language model with random weights as Hugging Face publishes it: shards in BF16 with their index, config.json, and a
tokenizer of llama2.c.

    made_checkpoint.py FOLDER SHARDS [key=value ...]

keys: width hidden blocks heads keys words context theta tied factor. The values of a row are drawn from one block of
numbers, begun at another place in each row, so that a gigabyte takes seconds."""
import json
import pathlib
import random
import struct
import sys

OWN = [" ", *"abcdefghijklmnopqrstuvwxyz", " t", "th", " th", "he", " the", "in", "er"]
USUAL = {"width": 64, "hidden": 224, "blocks": 4, "heads": 8, "keys": 2, "words": 1000, "context": 64, "theta": 500000, "tied": 0,
         "factor": 0}  # Llama-3-8B's proportions
BLOCK = 65521  # numbers, a prime


def bfloat(value):
    """The nearest, a tie to the even one."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


class Numbers:
    def __init__(self):
        draw = random.Random(8)
        self.values = [draw.gauss(0, 1) for _ in range(BLOCK)]
        self.blocks, self.at = {}, 0

    def take(self, count, spread):
        if spread not in self.blocks:
            self.blocks[spread] = struct.pack(f"<{BLOCK}H", *(bfloat(value * spread) for value in self.values))
        block, self.at = self.blocks[spread], (self.at + 7919) % BLOCK
        turned = block[2 * self.at:] + block[:2 * self.at]
        whole = turned * (2 * count // len(turned) + 1)
        return whole[:2 * count]


def tensors(of):
    """Name, shape, spread; 0: ones."""
    d, hidden, head = of["width"], of["hidden"], of["width"] // of["heads"]
    keys = head * of["keys"]
    yield "model.embed_tokens.weight", [of["words"], d], 1.0
    for block in range(of["blocks"]):
        begin = f"model.layers.{block}."
        yield begin + "input_layernorm.weight", [d], 0
        for part, rows, columns in (("self_attn.q_proj", d, d), ("self_attn.k_proj", keys, d), ("self_attn.v_proj", keys, d),
                                    ("self_attn.o_proj", d, d), ("mlp.gate_proj", hidden, d), ("mlp.up_proj", hidden, d),
                                    ("mlp.down_proj", d, hidden)):
            yield f"{begin}{part}.weight", [rows, columns], columns ** -0.5
        yield begin + "post_attention_layernorm.weight", [d], 0
    yield "model.norm.weight", [d], 0
    if not of["tied"]:
        yield "lm_head.weight", [of["words"], d], d ** -0.5


def write_shard(path, listed, numbers):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, _ in listed:
        size = 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, shape, spread in listed:
            columns = shape[1] if len(shape) > 1 else shape[0]
            rows = shape[0] if len(shape) > 1 else 1
            for _ in range(rows):
                file.write(numbers.take(columns, spread) if spread else struct.pack("<H", bfloat(1.0)) * columns)
    return at


def write_tokenizer(path, words):
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + OWN
    pieces += [f"<{number}>" for number in range(len(pieces), words)]
    with open(path, "wb") as file:
        file.write(struct.pack("i", max(map(len, pieces))))
        for number, piece in enumerate(pieces):
            file.write(struct.pack("fi", float(-number if number >= 259 else 0), len(piece)) + piece.encode())


def config(of):
    made = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": of["width"], "intermediate_size": of["hidden"],
            "num_hidden_layers": of["blocks"], "num_attention_heads": of["heads"], "num_key_value_heads": of["keys"],
            "vocab_size": of["words"], "max_position_embeddings": of["context"], "rms_norm_eps": 1e-05, "rope_theta": of["theta"],
            "tie_word_embeddings": bool(of["tied"]), "torch_dtype": "bfloat16", "rope_scaling": None}
    if of["factor"]:  # as Llama 3.1 and later
        made["rope_scaling"] = {"factor": float(of["factor"]), "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                "original_max_position_embeddings": of["context"] // 2, "rope_type": "llama3"}
    return made


def main():
    folder, shards = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    of = dict(USUAL)
    for setting in sys.argv[3:]:
        key, value = setting.split("=")
        of[key] = type(of[key])(value)
    folder.mkdir(parents=True, exist_ok=True)
    listed, numbers, places, total = list(tensors(of)), Numbers(), {}, 0
    share = -(-len(listed) // shards)
    for shard in range(shards):
        name = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = listed[shard * share:(shard + 1) * share]
        total += write_shard(folder / name, part, numbers)
        places.update({tensor: name for tensor, _, _ in part})
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    (folder / "config.json").write_text(json.dumps(config(of), indent=1))
    write_tokenizer(folder / "tokenizer.bin", of["words"])


if __name__ == "__main__":
    main()
