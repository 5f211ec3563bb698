#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""BERT's tokenizer restated in plain Python from the paper's tokenization.py (Devlin et al. 2018): slow, obvious, with the
Unicode tables of Python itself. Independent of the C code and of Hugging Face's library.

    python3 tests/oracle/wordpiece.py encode VOCAB cased|uncased WIDTH     lines TEXT or TEXT<tab>TEXT to token numbers
    python3 tests/oracle/wordpiece.py classes                              the class of each character, as runs

Two things follow Hugging Face's library where it leaves the original: letters are made small one by one (the original's
str.lower() knows the final sigma), and two texts that are too long share the room by its rule.
"""
import itertools
import sys
import unicodedata

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
IDEOGRAPHS = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]  # 0x2B920: the library's; the block starts at 0x2B820


def is_space(char):
    return char in "\t\n\r" or (char.isspace() and unicodedata.category(char) != "Cc")


def is_removed(char):
    return char in "\0\ufffd" or (char not in "\t\n\r" and unicodedata.category(char) in ("Cc", "Cf", "Co"))


def is_punctuation(char):
    return "!" <= char <= "~" and not char.isalnum() or unicodedata.category(char).startswith("P")


def is_ideograph(char):
    return any(first <= ord(char) <= last for first, last in IDEOGRAPHS)


def character_class(char):
    if is_removed(char):
        return "removed"
    if is_space(char):
        return "space"
    if is_ideograph(char):
        return "ideograph"
    if is_punctuation(char):
        return "punctuation"
    return "mark" if unicodedata.category(char) == "Mn" else "plain"


def words_of(text, lower):
    spaced = "".join(" " if is_space(char) else f" {char} " if is_ideograph(char) else char
                     for char in text if not is_removed(char))
    for word in spaced.split():
        if lower:
            word = "".join(char.lower() for char in unicodedata.normalize("NFD", word) if unicodedata.category(char) != "Mn")
        for marks, letters in itertools.groupby(word, is_punctuation):
            yield from letters if marks else ["".join(letters)]


def pieces_of(word, vocabulary):
    pieces, start = [], 0
    while start < len(word) <= 100:
        prefix = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in vocabulary), None)
        if end is None:
            break
        pieces.append(vocabulary[prefix + word[start:end]])
        start = end
    return pieces if start == len(word) else [vocabulary["[UNK]"]]


def encode(text, vocabulary, lower):
    """Names of special pieces in the text are taken as themselves."""
    found = min(((text.find(name), name) for name in SPECIALS if name in text), default=None)
    if found is not None:
        at, name = found
        return encode(text[:at], vocabulary, lower) + [vocabulary[name]] + encode(text[at + len(name):], vocabulary, lower)
    return [piece for word in words_of(text, lower) for piece in pieces_of(word, vocabulary)]


def cut(first, second, room):
    """Both fit, or only the longer is cut, or both to a half of which the longer has the odd one."""
    shorter = min(len(first), len(second), room // 2)
    if len(first) + len(second) <= room:
        return first, second
    return (first[:room - shorter], second[:shorter]) if len(first) > len(second) else (first[:shorter], second[:room - shorter])


def sequence(texts, vocabulary, lower, width):
    start, end = vocabulary["[CLS]"], vocabulary["[SEP]"]
    parts = [encode(text, vocabulary, lower) for text in texts]
    parts = [parts[0][:width - 2]] if len(parts) == 1 else cut(*parts, width - 3)
    return [start] + [token for part in parts for token in part + [end]]


def print_classes():
    codes = (code for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    for name, run in itertools.groupby(codes, lambda code: character_class(chr(code))):
        run = list(run)
        print(run[0], run[-1], name)


def main(command, *rest):
    if command == "classes":
        return print_classes()
    path, mode, width = rest
    with open(path, encoding="utf-8", newline="\n") as file:
        vocabulary = {line.rstrip("\n"): number for number, line in enumerate(file)}
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        print(*sequence(line.rstrip("\n").split("\t"), vocabulary, mode == "uncased", int(width)))


main(*sys.argv[1:])
