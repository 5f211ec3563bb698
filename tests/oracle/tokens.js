// SPDX-License-Identifier: GPL-3.0-or-later
// BERT's tokenizer as Hugging Face ships it (the npm package `tokenizers`, their Rust library): what bench/data is held
// against. For developers only, never needed to build or test:
//     npm install --prefix build/node --ignore-scripts tokenizers@0.23.2
//     NODE_PATH=build/node/node_modules node tests/oracle/tokens.js COMMAND
// Commands:
//     ranges                         the classes of all characters, as bench/data/unicode_ranges.inc
//     vectors                        a vocabulary, adversarial strings and pairs with their tokens (tests/data/tokens.txt.gz)
//     encode VOCAB cased|uncased WIDTH    lines of standard input, TEXT or TEXT<tab>TEXT, to lines of token numbers
"use strict";
const fs = require("fs");
const hf = require("tokenizers");

const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const normalizer = lower => hf.bertNormalizer({ cleanText: true, handleChineseChars: true, stripAccents: lower, lowercase: lower });

// ---- classes ----

function classOf(character) {
    const word = "a" + character + "b";
    const cased = normalizer(false).normalizeString(word);
    if (cased === "ab") return "REMOVED";
    if (cased === "a b") return "SPACE";
    if (cased === "a " + character + " b") return "IDEOGRAPH";
    const words = hf.bertPreTokenizer().preTokenizeString(word).map(part => part[0]);
    if (words.length === 3) return "PUNCTUATION";
    return normalizer(true).normalizeString(word) === "ab" ? "MARK" : "PLAIN";
}

function ranges() {
    const found = [];
    for (let code = 0; code < 0x110000; code++) {
        if (code >= 0xd800 && code < 0xe000) continue;
        const name = classOf(String.fromCodePoint(code)), last = found[found.length - 1];
        if (name === "PLAIN") continue;
        if (last && last.name === name && last.last === code - 1) last.last = code;
        else found.push({ first: code, last: code, name });
    }
    const hex = code => "0x" + code.toString(16).toUpperCase().padStart(4, "0");
    const lines = ["/* SPDX-License-Identifier: GPL-3.0-or-later */",
        "/* Written by `node tests/oracle/tokens.js ranges`: all of Unicode put through Hugging Face's tokenizers 0.23.2. */"];
    let line = "";
    for (const range of found) {
        const item = `{${hex(range.first)}, ${hex(range.last)}, UNICODE_${range.name}},`;
        if (line.length + item.length + 1 > 124) lines.push(line), line = "";
        line += (line ? " " : "") + item;
    }
    return lines.concat(line).join("\n") + "\n";
}

// ---- encoding ----

async function makeTokenizer(vocabulary, lower) {
    const numbers = {};
    vocabulary.forEach((piece, number) => { numbers[piece] = number; });
    const tokenizer = new hf.Tokenizer(hf.WordPiece.init(numbers, { unkToken: "[UNK]", maxInputCharsPerWord: 100 }));
    tokenizer.setNormalizer(normalizer(lower));
    tokenizer.setPreTokenizer(hf.bertPreTokenizer());
    tokenizer.setPostProcessor(hf.bertProcessing(["[SEP]", numbers["[SEP]"]], ["[CLS]", numbers["[CLS]"]]));
    tokenizer.addSpecialTokens(SPECIALS);
    return tokenizer;
}

async function encode(path, mode, width) {
    const vocabulary = fs.readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
    const tokenizer = await makeTokenizer(vocabulary, mode === "uncased");
    tokenizer.setTruncation(width);
    const out = [];
    for (const line of fs.readFileSync(0, "utf8").replace(/\n$/, "").split("\n")) {
        const [text, pair] = line.split("\t");
        const encoding = await tokenizer.encode(text, pair);
        out.push(encoding.getIds().join(" "));
    }
    return out.join("\n") + "\n";
}

