# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte pair encoding as Llama 2 has it: pieces learnt from a text, the text as numbers, and llama2.c's tokenizer.bin.

The most frequent pair of neighbouring pieces is joined again and again (Sennrich et al. 2016). A blank belongs to the word
behind it, a line break is a piece of its own, and no piece goes beyond a word. To encode, the pair whose union was learnt
first is joined first, the leftmost of equals, as bench/data/pieces.c does over the whole text: because no piece crosses two
words, that is the same word by word.
"""
import collections
import re
import struct

SPECIAL = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
BEGIN, FIRST_BYTE, FIRST = 1, 3, len(SPECIAL)
WORD = re.compile(r" [^ \n]*|[^ \n]+|\n")


def words_of(text):
    """A blank is put before the text, as SentencePiece does."""
    return WORD.findall(" " + text)


def join(parts, pair):
    joined, place = [], 0
    while place < len(parts):
        both = tuple(parts[place:place + 2]) == pair
        joined.append(pair[0] + pair[1] if both else parts[place])
        place += 2 if both else 1
    return joined


def learn(text, size):
    """`size` pieces: the special ones, those of bytes, the joined ones in their order, then the single characters."""
    counts = collections.Counter(word for word in words_of(text) if word != "\n")
    single = sorted({char for word in counts for char in word})
    split = {word: list(word) for word in counts}
    pairs, where, joined = collections.Counter(), collections.defaultdict(set), []
    for word, parts in split.items():
        for pair in zip(parts, parts[1:]):
            pairs[pair] += counts[word]
            where[pair].add(word)
    while FIRST + len(joined) + len(single) < size:
        pair = max(pairs, key=lambda p: (pairs[p], p))
        if pair[0] + pair[1] not in joined:
            joined.append(pair[0] + pair[1])
        for word in where.pop(pair):
            old = split[word]
            split[word] = join(old, pair)
            for other in zip(old, old[1:]):
                pairs[other] -= counts[word]
            for other in zip(split[word], split[word][1:]):
                pairs[other] += counts[word]
                where[other].add(word)
        del pairs[pair]
    return SPECIAL + joined + single


def write(path, pieces):
    """llama2.c: the length of the longest piece, then a score, a length and the bytes of each. An earlier piece has a higher score."""
    with open(path, "wb") as out:
        out.write(struct.pack("<i", max(len(piece.encode()) for piece in pieces)))
        for number, piece in enumerate(pieces):
            raw = piece.encode()
            out.write(struct.pack("<fi", float(-max(number - FIRST, 0)), len(raw)) + raw)


def read(path):
    data, at, pieces = path.read_bytes(), 4, []
    while at < len(data):
        (size,) = struct.unpack("<i", data[at + 4:at + 8])
        pieces.append(data[at + 8:at + 8 + size].decode())
        at += 8 + size
    return pieces


class Encoder:
    def __init__(self, pieces):
        self.numbers = {piece: number for number, piece in enumerate(pieces) if number >= FIRST}
        self.known = {}

    def encode_word(self, word):
        parts = list(word)
        while True:
            unions = [(self.numbers[a + b], place) for place, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in self.numbers]
            if not unions:
                break
            _, place = min(unions)
            parts[place:place + 2] = [parts[place] + parts[place + 1]]
        numbers = []
        for part in parts:
            numbers += [self.numbers[part]] if part in self.numbers else [FIRST_BYTE + byte for byte in part.encode()]
        return numbers

    def __call__(self, text):
        numbers = []
        for word in words_of(text):
            if word not in self.known:
                self.known[word] = self.encode_word(word)
            numbers += self.known[word]
        return numbers
