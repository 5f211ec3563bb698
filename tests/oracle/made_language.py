# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny language model of llama2.c with random weights, and its tokenizer: made_language.py MODEL.bin TOKENIZER.bin"""
import random
import struct
import sys

WIDTH, HIDDEN, BLOCKS, HEADS, KEYS, CONTEXT = 16, 24, 2, 4, 2, 32
OWN = [" ", *"abcdefghijklmnopqrstuvwxyz", " t", "th", " th", "he", " the", "in", "er"]


def main():
    draw = random.Random(3)
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + OWN
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("i", max(map(len, pieces))))
        for number, piece in enumerate(pieces):
            file.write(struct.pack("fi", float(-number if number >= 259 else 0), len(piece)) + piece.encode())
    block = 2 * WIDTH * WIDTH + 2 * WIDTH * WIDTH // HEADS * KEYS + 3 * WIDTH * HIDDEN
    counts = [(len(pieces) * WIDTH, 1.0), (BLOCKS * WIDTH, 0), (BLOCKS * (block - 3 * WIDTH * HIDDEN), WIDTH ** -0.5),
              (BLOCKS * WIDTH, 0), (BLOCKS * 3 * WIDTH * HIDDEN, WIDTH ** -0.5), (WIDTH, 0), (CONTEXT * (WIDTH // HEADS), 1.0)]
    with open(sys.argv[1], "wb") as file:
        file.write(struct.pack("7i", WIDTH, HIDDEN, BLOCKS, HEADS, KEYS, len(pieces), CONTEXT))
        for count, spread in counts:
            file.write(struct.pack(f"{count}f", *(draw.gauss(0, spread) if spread else 1.0 for _ in range(count))))


if __name__ == "__main__":
    main()
