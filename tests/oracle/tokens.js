// SPDX-License-Identifier: GPL-3.0-or-later
// BERT's tokenizer as Hugging Face ships it (the npm package `tokenizers`, their Rust library): what bench/data is held
// against. For developers only, never needed to build or test:
//     npm install --prefix build/node --ignore-scripts tokenizers@0.13.3 tokenizers-linux-x64-gnu@0.13.4-rc2
// Version 0.22.2 writes the same bytes. 0.23.2 does but for pairs of which both texts have more tokens than fit in all: it
// cuts each to the width before it shares out the room.
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
        "/* Written by `node tests/oracle/tokens.js ranges`: all of Unicode put through Hugging Face's tokenizers library. */"];
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

// ---- adversarial strings ----

let state = 20241104;
function random(limit) { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
}
const pick = list => list[random(list.length)];
const span = (first, last) => String.fromCodePoint(first + random(last - first + 1));

const WORDS = ("the an of to un aff able token piece word ing ed er ness ly run jump over lazy dog quick brown fox tele vision " +
    "phone re play house hold light year is was 's n't straße STRASSE Straße İstanbul ISTANBUL ıstanbul ΟΔΟΣ οδος οδός Σίσυφος " +
    "ΣΊΣΥΦΟΣ naïve NAÏVE café CAFÉ Ångström résumé москва МОСКВА ёлка ЁЛКА ญี่ปุ่น हिन्दी नमस्ते 한국어 서울 にほんご カタカナ ガ 東京 中文 " +
    "שלום مرحبا ﬁn ﬂow Ǆ ǆ ẞ ß ſ K Å Ω").split(" ");
const HARD = ["\u0000", "\ufffd", "\u0001", "\u0007", "\u000b", "\u000c", "\u001c", "\u001f", "\u007f", "\u0085", "\u00ad", "\u200b", "\u200c",
    "\u200d", "\u2060", "\ufeff", "\u202e", "\ue000", "\u{f0000}", "\u{e0041}", "\u0378", "\uffff", "\u{1ffff}", "\u{10ffff}", "\u00a0", "\u1680",
    "\u2003", "\u2028", "\u2029", "\u202f", "\u3000", "\u180e", "\u0130", "\u0131", "\u0307", "\u0301", "\u0327", "\u0344", "\u0345", "\u20dd", "\u1fef",
    "\u037e", "\u2126", "\u212a", "\u03a3", "\u03c2", "\u03c3", "\u1e9e", "\u00df", "\u0149", "\u3099", "\uff01", "\uff21", "\uf900", "\u{2f800}",
    "\u{2b820}", "\u{2b91f}", "\u{2b920}", "\u{30000}", "\u166d", "\u{111c9}", "\u1734", "\u{1e900}", "\u{1d165}", "\u302e", "\u0f73",
    "\uac00", "\u{1f600}", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "\u{1f1e9}\u{1f1ea}", "\u{1f44d}\u{1f3fd}", "\u2764\ufe0f"];
// Decomposes since Unicode 13, which the library does not know: no piece here holds it, as none of a real vocabulary does.
const NEWER = "\u{11938}";
const MAKERS = [
    () => pick(WORDS), () => pick(WORDS), () => pick(WORDS) + pick(WORDS), () => pick(WORDS) + pick(HARD) + pick(WORDS),
    () => pick(HARD), () => pick(WORDS).normalize("NFD"), () => pick(WORDS).normalize("NFKD"), () => pick(WORDS).toUpperCase(),
    () => span(0x21, 0x7e) + span(0x21, 0x7e), () => pick(["\t", "\n", "\r\n", "  ", " "]), () => pick(WORDS) + pick([".", "...", "!?", "-", "_", "$", "'"]),
    () => pick(WORDS) + span(0x300, 0x36f), () => span(0xc0, 0x24f) + span(0x300, 0x36f) + span(0x300, 0x36f), () => span(0x370, 0x52f),
    () => span(0x4e00, 0x9fff) + pick(WORDS), () => span(0x3400, 0x4dbf), () => span(0x20000, 0x2fa1f), () => span(0x2000, 0x206f), () => span(0x590, 0x1cff),
    () => span(0x1e00, 0x1fff), () => span(0xac00, 0xd7ff), () => span(0xe000, 0xffff), () => span(0x10000, 0x1ffff), () => span(0xe0000, 0x10ffff),
    () => NEWER, () => pick(SPECIALS), () => pick(["[CLS", "[sep]", "[[MASK]]", "[UNK][PAD]", "##ing", "[SEP]x", "x[CLS]"]),
];
// Around the limit of 100 characters a word, also where characters go or come by normalising.
const LONG = [() => pick(["a", "é", "東", "\u{1f600}", "e\u0301", "ß", "\u00ad"]).repeat(95 + random(11)),
    () => pick(["ab", "run"]).repeat(30 + random(21)) + pick(WORDS)];

function makeString() {
    let text = "";
    for (let parts = random(random(8) ? 5 : 12); parts >= 0; parts--) text += pick(MAKERS)() + (random(3) ? " " : "");
    return random(40) ? text : text + pick(LONG)();
}

// Every letter of WORDS alone, as a continuation, and longer pieces, in all forms, so that the numbers tell the forms apart.
function makeVocabulary() {
    const pieces = new Set(SPECIALS), forms = new Set();
    for (const word of WORDS)
        for (const form of [word, word.toLowerCase(), word.toUpperCase(), word.normalize("NFD"), word.normalize("NFKD").toLowerCase()]) forms.add(form);
    for (const form of [...forms, ...HARD]) for (const letter of form) pieces.add(letter), pieces.add("##" + letter);
    for (let code = 0x21; code < 0x7f; code++) pieces.add(String.fromCharCode(code)), pieces.add("##" + String.fromCharCode(code));
    for (const form of forms) {
        const letters = [...form], from = random(letters.length), size = 2 + random(3);
        if (random(2)) pieces.add(form);
        if (random(2)) pieces.add("##" + form);
        pieces.add((from ? "##" : "") + letters.slice(from, from + size).join(""));
    }
    return [...pieces].filter(piece => !/[\u0000\n\r]/.test(piece) && !/^(##)?\s*$/.test(piece));
}

// Lines: V piece; S text, cased tokens, uncased tokens; P width, text, text, length of the first segment and tokens, cased
// and uncased. Tab-separated, texts as hexadecimal UTF-8, tokens without [CLS] and [SEP] in S.
async function vectors() {
    const STRINGS = 5000, PAIRS = 1000;
    const hex = text => Buffer.from(text, "utf8").toString("hex"), vocabulary = makeVocabulary();
    const lines = vocabulary.map(piece => "V\t" + hex(piece)), strings = [];
    const tokenizers = [await makeTokenizer(vocabulary, false), await makeTokenizer(vocabulary, true)];
    for (let i = 0; i < STRINGS; i++) {
        strings.push(makeString());
        const ids = [];
        for (const tokenizer of tokenizers) ids.push((await tokenizer.encode(strings[i], null, { addSpecialTokens: false })).getIds().join(" "));
        lines.push(["S", hex(strings[i]), ...ids].join("\t"));
    }
    for (let i = 0; i < PAIRS; i++) {
        const pair = [pick(strings), random(8) ? pick(strings) : ""], width = 3 + random(random(4) ? 24 : 80), fields = [];
        for (const tokenizer of tokenizers) {
            tokenizer.setTruncation(width);
            const encoding = await tokenizer.encode(pair[0], pair[1]);
            fields.push(encoding.getTypeIds().filter(type => type === 0).length, encoding.getIds().join(" "));
        }
        lines.push(["P", width, hex(pair[0]), hex(pair[1]), ...fields].join("\t"));
    }
    return lines.join("\n") + "\n";
}

async function main(command, ...rest) {
    const commands = { ranges, vectors, encode: () => encode(rest[0], rest[1], Number(rest[2])) };
    process.stdout.write(await commands[command]());
}
main(...process.argv.slice(2));
