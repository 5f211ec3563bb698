// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX Runtime on one network: node onnx.js FILE.onnx INPUTS.bin THREADS REPEATS
// INPUTS.bin: float32 image, or the numbers of words and then of segments. Prints a line
// "milliseconds logit0" for each repeat after two that warm up; with the word version its version.
const fs = require("fs");
const ort = require("onnxruntime-node");

async function main([model, inputs, threads, repeats]) {
  if (model === "version") {
    console.log("ONNX Runtime", require("onnxruntime-node/package.json").version);
    return;
  }
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: +threads, interOpNumThreads: 1 });
  const raw = fs.readFileSync(inputs);
  const values = new Float32Array(raw.buffer, raw.byteOffset, raw.length / 4);
  const feeds = {};
  if (session.inputNames.length === 1) {
    feeds.image = new ort.Tensor("float32", values, [1, 3, 224, 224]);
  } else {
    const tokens = values.length / 2;
    const numbers = (from) => BigInt64Array.from(values.subarray(from, from + tokens), BigInt);
    feeds.words = new ort.Tensor("int64", numbers(0), [tokens]);
    feeds.segments = new ort.Tensor("int64", numbers(tokens), [tokens]);
  }
  for (let i = 0; i < +repeats + 2; i++) {
    const start = performance.now();
    const logits = (await session.run(feeds)).logits.data;
    const milliseconds = performance.now() - start;
    if (i >= 2) console.log(milliseconds.toFixed(2), logits[0].toFixed(5));
  }
}
main(process.argv.slice(2));
