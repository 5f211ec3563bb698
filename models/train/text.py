# SPDX-License-Identifier: GPL-3.0-or-later
"""Text for the compact BERTs: BERT's uncased tokenizer, a WordPiece vocabulary learnt from the training text, the reviews.

The tokenizer follows Devlin et al.'s rules (clean, lower case, strip accents, split at punctuation, then the longest piece
first), as bench/data does in C. The vocabulary begins with BERT's five special tokens and all characters of the text; then
the most frequent pair of neighbouring pieces is merged again and again (byte pair encoding, Sennrich et al. 2016).
"""
import collections
import pathlib
import unicodedata

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
LONGEST_WORD = 100


def is_punctuation(char):
    code = ord(char)
    return 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126 or unicodedata.category(char)[0] == "P"


def is_ideograph(code):
    ranges = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
    return any(low <= code <= high for low, high in ranges)


def words_of(text):
    clean = []
    for char in text:
        code = ord(char)
        if char in "\t\n\r" or unicodedata.category(char) == "Zs":
            clean.append(" ")
        elif code in (0, 0xFFFD) or unicodedata.category(char)[0] == "C":
            continue
        else:
            clean.append(f" {char} " if is_ideograph(code) else char)
    words = []
    for word in "".join(clean).split():
        current = []
        for char in unicodedata.normalize("NFD", word.lower()):
            if unicodedata.category(char) == "Mn":
                continue
            if is_punctuation(char):
                if current:
                    words.append("".join(current))
                words.append(char)
                current = []
            else:
                current.append(char)
        if current:
            words.append("".join(current))
    return words


def learn_vocabulary(texts, size, least=3):
    """The `size` pieces; characters seen fewer than `least` times are left out."""
    counts = collections.Counter(word for text in texts for word in words_of(text))
    characters = collections.Counter()
    for word, count in counts.items():
        for place, char in enumerate(word):
            characters[char if place == 0 else f"##{char}"] += count
    pieces = SPECIAL + sorted(char for char, count in characters.items() if count >= least)
    known = set(pieces)
    split = {}
    for word in counts:
        parts = [char if place == 0 else f"##{char}" for place, char in enumerate(word)]
        if len(parts) > 1 and all(part in known for part in parts):
            split[word] = parts
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for word, parts in split.items():
        for pair in zip(parts, parts[1:]):
            pairs[pair] += counts[word]
            where[pair].add(word)
    while len(pieces) < size:
        pair = max(pairs, key=lambda p: (pairs[p], p))
        merged = pair[0] + pair[1][2:]
        if merged not in known:
            pieces.append(merged)
            known.add(merged)
        for word in list(where[pair]):
            old, new, place = split[word], [], 0
            while place < len(old):
                if tuple(old[place:place + 2]) == pair:
                    new.append(merged)
                    place += 2
                else:
                    new.append(old[place])
                    place += 1
            for other in zip(old, old[1:]):
                pairs[other] -= counts[word]
            for other in zip(new, new[1:]):
                pairs[other] += counts[word]
                where[other].add(word)
            split[word] = new
        pairs.pop(pair, None)
    return pieces


class Tokenizer:
    def __init__(self, pieces):
        self.numbers = {piece: number for number, piece in enumerate(pieces)}
        self.known = {}

    def pieces_of(self, word):
        if len(word) > LONGEST_WORD:
            return [UNK]
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self.numbers:
                    break
            else:
                return [UNK]
            found.append(self.numbers[piece])
            start = end
        return found

    def __call__(self, text):
        numbers = []
        for word in words_of(text):
            if word not in self.known:
                self.known[word] = self.pieces_of(word)
            numbers += self.known[word]
        return numbers


def sequence(first, second, longest):
    """([CLS] first [SEP] second [SEP], segments), cut to `longest`, the longer of the two first."""
    first, second = list(first), list(second)
    spare = longest - 2 - (1 if second else 0)
    while len(first) + len(second) > spare:
        (first if len(first) > len(second) else second).pop()
    numbers = [CLS, *first, SEP] + ([*second, SEP] if second else [])
    return numbers, [0] * (len(first) + 2) + [1] * (len(second) + 1 if second else 0)


def read_rows(path):
    """Rows of a TSV that datasets/reviews.R wrote, without its header."""
    if not path.exists():
        raise SystemExit(f"error: {path} is missing; write it: make datasets")
    return [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:] if line]


def reviews(folder, part):
    """[(text, label)], 1 is great."""
    return [(text, int(score == "great")) for score, text in read_rows(pathlib.Path(folder) / f"{part}.tsv")]


def pairs(folder, part):
    """[(passage, passage, label)], 1 is one review."""
    return [(first, second, int(label)) for label, first, second in read_rows(pathlib.Path(folder) / f"pairs-{part}.tsv")]
