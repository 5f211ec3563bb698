# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokenizers in the form of Hugging Face's tokenizer.json, restated in plain Python: pieces.py FOLDER

Writes three small ones, which are learnt from the text of LICENSE, and adversarial texts with their tokens:

    pieces.llama3.json   byte level, Llama 3's pattern, merges as "a b", words that are tokens are not joined
    pieces.smollm.json   byte level, digits apart, GPT-2's pattern, merges as ["a", "b"], no template
    pieces.llama2.json   SentencePiece's way: blanks as U+2581, a token for each byte, no pattern
    pieces.txt.gz        lines: a file's number, a text in hexadecimal, its tokens

The patterns are restated by hand with Unicode's categories. Of all pairs the one that is first among the merges is joined, the
leftmost of equals, by searching the whole list each time. tests/oracle/pieces.js compares every line with Hugging Face's own
library."""
import gzip
import json
import random
import sys
import unicodedata

MERGES = 260
MARK = "\u2581"
SPACES = {chr(c) for c in [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]}
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEXTS = [
    "", " ", "  ", "\n", "a", "Hello world", " Hello  world ", "I'm YOU'RE he'LL we'D they'Ve it'S I'M don'T 'tis rock'n'roll o'clock",
    "it'\u017f I'\u017ft", "1 12 123 1234 12345 1234567890 3.14159 1,000,000 x2y3", "\u0661\u0662\u0663\u0664 \u00bd \u2167 \u00b2\u00b3\u00b9\u2074",
    "a  b   c    d\te\t\tf", "line\nline\r\nline\n\n\nline \n \n x", "end \n", "end\n ", "  \n  \n  x", "\u00a0\u00a0x\u3000y\u2003\u2003z\u180ew\u200b\u200bv\u0085u",
    "\U0001F600\U0001F468\u200d\U0001F469\u200d\U0001F467 \U0001F1EB\U0001F1F7 \U0001F44D\U0001F3FD!!", "\u6771\u4eac\u90fd\u306b\u4f4f\u3080 \u4f60\u597d\uff0c\u4e16\u754c\u3002",
    "e\u0301\u0301 a\u030a \u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u05e9\u05dc\u05d5\u05dd", "...!?\n\n--\r\n***   ***", "$100 (50%) [a]{b}<c> #tag @x _y ~z", "\x00\x01\x7f\x80\xff", "\u2581a \u2581 b\u2581",
    "<|begin_of_text|>a<|end_of_text|><|end_of_text|>", "x<|begin_of_text|", "<s>a</s> <s", "<0x41><0xE9>", "unreachable unreachables unreachable", "\ufeffBOM", "\U000e0001\U0010ffff\ufffd",
    "The paper's tables: 6.25 and 4.25 bits.\n\nBBS_CONSTANTS = 32;\treturn x->y[0];", "naïve café Ünïcödé ß ẞ ǅ ª º ʰ ⅷ Ⅷ 〇",
]


def alphabet():
    seen = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 256)]
    rest = [byte for byte in range(256) if byte not in seen]
    return {**{byte: chr(byte) for byte in seen}, **{byte: chr(256 + i) for i, byte in enumerate(rest)}}


BYTES = alphabet()
letter = lambda c: unicodedata.category(c)[0] == "L"
number = lambda c: unicodedata.category(c)[0] == "N"
space = lambda c: c in SPACES


def run(text, at, test, most=1 << 30):
    while at < len(text) and most > 0 and test(text[at]):
        at, most = at + 1, most - 1
    return at


def blanks(text, at):
    """Of a run of blanks: up to before the last one, which belongs to what follows."""
    end = run(text, at, space)
    return end if end == len(text) or end - at == 1 else end - 1


def contraction(text, at, any_case):
    for tail in ("s", "t", "re", "ve", "m", "ll", "d"):
        have = text[at + 1:at + 1 + len(tail)]
        have = have.replace("\u017f", "s").lower() if any_case else have
        if text[at] == "'" and have == tail:
            return at + 1 + len(tail)
    return at


def llama3(text, at):
    plain = lambda c: not (space(c) or letter(c) or number(c))
    end = contraction(text, at, True)
    if end > at:
        return end
    first = at if letter(text[at]) or number(text[at]) or text[at] in "\r\n" else at + 1
    if run(text, first, letter) > first:
        return run(text, first, letter)
    if number(text[at]):
        return run(text, at, number, 3)
    first = at + (text[at] == " ")
    end = run(text, first, plain)
    if end > first:
        return run(text, end, lambda c: c in "\r\n")
    lines = [i for i in range(at, run(text, at, space)) if text[i] in "\r\n"]
    return lines[-1] + 1 if lines else blanks(text, at)


def gpt2(text, at):
    end = contraction(text, at, False)
    if end > at:
        return end
    first = at + (text[at] == " ")
    for test in (letter, number, lambda c: not (space(c) or letter(c) or number(c))):
        if run(text, first, test) > first:
            return run(text, first, test)
    return blanks(text, at)


def words(text, step):
    at = 0
    while at < len(text):
        end = step(text, at)
        yield text[at:end]
        at = end


def digits_apart(text):
    part = ""
    for c in text:
        if number(c):
            yield from ([part] if part else []) + [c]
            part = ""
        else:
            part += c
    if part:
        yield part


def cut(kind, text):
    if kind == "llama3":
        return list(words(text, llama3))
    if kind == "smollm":
        return [word for part in digits_apart(text) for word in words(part, gpt2)]
    return [(MARK + text).replace(" ", MARK)] if text else []


def symbols(kind, word, vocabulary):
    if kind != "llama2":
        return [BYTES[byte] for byte in word.encode()]
    return [s for c in word for s in ([c] if c in vocabulary else [f"<0x{byte:02X}>" for byte in c.encode()])]


def join(parts, ranks):
    parts = list(parts)
    while True:
        pairs = [(ranks[pair], i) for i, pair in enumerate(zip(parts, parts[1:])) if pair in ranks]
        if not pairs:
            return parts
        i = min(pairs)[1]
        parts[i:i + 2] = [parts[i] + parts[i + 1]]


def learn(kind, text, vocabulary):
    found = {}
    for word in cut(kind, text) if kind != "llama2" else [(" " + w).replace(" ", MARK) for w in text.split()]:
        key = tuple(symbols(kind, word, vocabulary))
        found[key] = found.get(key, 0) + 1
    ranks = {}
    while len(ranks) < MERGES:
        counts = {}
        for key, times in found.items():
            for pair in zip(key, key[1:]):
                if not any(part.startswith("<0x") for part in pair):
                    counts[pair] = counts.get(pair, 0) + times
        best = max(counts, key=lambda pair: (counts[pair], pair))
        ranks[best] = len(ranks)
        joined = {}
        for key, times in found.items():
            parts, i = [], 0
            while i < len(key):
                step = 2 if key[i:i + 2] == best else 1
                parts.append("".join(key[i:i + step]))
                i += step
            joined[tuple(parts)] = joined.get(tuple(parts), 0) + times
        found = joined
    return ranks


def make(kind, text):
    special = ["<unk>", "<s>", "</s>"] if kind == "llama2" else ["<|begin_of_text|>", "<|end_of_text|>"]
    if kind == "llama2":
        names = special + [f"<0x{byte:02X}>" for byte in range(256)] + [MARK] + sorted({c for c in text if c.isascii() and c > " "} | set("\u00e9\u6771"))
    else:
        names = [BYTES[byte] for byte in range(256)]
    ranks = learn(kind, text, names)
    names += [name for name in dict.fromkeys(a + b for a, b in ranks) if name not in names]
    if kind == "llama3":
        names.append(BYTES[32] + "unreachable")
    begin = len(names) if kind == "llama3" else 1
    names += [name for name in special if name not in names]
    number_of = {name: i for i, name in enumerate(names)}
    added = [{"id": number_of[name], "content": name, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for name in special]
    split = {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": kind == "smollm"}
    template = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": names[begin], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {names[begin]: {"id": names[begin], "ids": [begin], "tokens": [names[begin]]}}}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": MARK}, {"type": "Replace", "pattern": {"String": " "}, "content": MARK}]} if kind == "llama2" else None,
        "pre_tokenizer": {"llama3": {"type": "Sequence", "pretokenizers": [split, level]}, "llama2": None,
                          "smollm": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, level]}}[kind],
        "post_processor": {"llama3": {"type": "Sequence", "processors": [dict(level, use_regex=True), template]}, "llama2": template, "smollm": None}[kind],
        "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>" if kind == "llama2" else None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": kind == "llama2", "byte_fallback": kind == "llama2", "ignore_merges": kind == "llama3",
                  "vocab": {name: i for name, i in number_of.items() if kind == "llama2" or name not in special},
                  "merges": [[a, b] if kind == "smollm" else f"{a} {b}" for a, b in ranks]}}
    return tokenizer, ranks, number_of, special


def encode(kind, text, ranks, number_of, special):
    tokens, part = [], ""
    while text or part:
        found = max((name for name in special if text.startswith(name)), key=len, default=None)
        if text and found is None:
            part, text = part + text[0], text[1:]
            continue
        for word in cut(kind, part):
            whole = "".join(symbols(kind, word, number_of)) if kind == "llama3" else None
            tokens += [number_of[whole]] if whole in number_of else [number_of[s] for s in join(symbols(kind, word, number_of), ranks)]
        tokens += [number_of[found]] if found else []
        part, text = "", text[len(found or ""):]
    return tokens


def random_texts(draw, count):
    parts = ["'s", "'RE", " ", "  ", "\n", "\r\n", "\t", "a", "the", "B", "\u00e9", "e\u0301", "1", "23", "\u0663", "\u6771", "\U0001F600", ".", "!!", "-", "\u3000", "\u00a0", MARK, "'", "<s>", "<|end_of_text|>", "\x00"]
    for _ in range(count):
        yield "".join(draw.choice(parts) for _ in range(draw.randint(1, 14)))
    for _ in range(count):
        yield "".join(chr(draw.choice([c for c in (draw.randrange(0x20), draw.randrange(0x80), draw.randrange(0x3000), draw.randrange(0x110000)) if not 0xD800 <= c < 0xE000] or [65])) for _ in range(draw.randint(1, 10)))


def main():
    folder, text = sys.argv[1], open("LICENSE", encoding="utf-8").read()[:9000]
    lines = []
    for index, kind in enumerate(("llama3", "smollm", "llama2")):
        tokenizer, *rest = make(kind, text)
        with open(f"{folder}/pieces.{kind}.json", "w", encoding="utf-8") as file:
            json.dump(tokenizer, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")
        for sample in TEXTS + list(random_texts(random.Random(index), 150)):
            tokens = encode(kind, sample, *rest)
            lines.append(f"{index} {sample.encode().hex() or '-'} {','.join(map(str, tokens)) or '-'}\n")
    with open(f"{folder}/pieces.txt.gz", "wb") as file:
        file.write(gzip.compress("".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
