// SPDX-License-Identifier: GPL-3.0-or-later
// The tokens of tests/data/pieces.txt.gz by Hugging Face's own library (Rust), which another npm package ships for newer
// files than tests/oracle/tokens.js needs. For developers only, never needed to build or test:
//     npm install --prefix build/node --ignore-scripts @anush008/tokenizers@0.6.0 @anush008/tokenizers-linux-x64-gnu@0.6.0
//     NODE_PATH=build/node/node_modules node tests/oracle/pieces.js
"use strict";
const fs = require("fs");
const zlib = require("zlib");
const { Tokenizer } = require("@anush008/tokenizers");

async function main() {
    const files = ["llama3", "smollm", "llama2"].map(kind => Tokenizer.fromFile(`tests/data/pieces.${kind}.json`));
    const lines = zlib.gunzipSync(fs.readFileSync("tests/data/pieces.txt.gz")).toString().trim().split("\n");
    for (const line of lines) {
        const [file, hex, wanted] = line.split(" ");
        const text = Buffer.from(hex === "-" ? "" : hex, "hex").toString();
        const made = await files[file].encode(text, null, { addSpecialTokens: false });
        const have = made.getIds().join(",") || "-";
        if (have !== wanted)
            throw new Error(`${line}: ${have}`);
    }
    console.log(`${lines.length} texts have the same tokens`);
}

main();
