// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX Runtime on one network: node onnx.js FILE.onnx INPUTS.bin THREADS REPEATS BATCH...
// INPUTS.bin: float32 image, or the numbers of words and then of segments: one sample, which is each sample of a batch.
// Prints a line "batch milliseconds logit0" for each repeat after one or, without a batch, two that warm up: the time of one
// sample, and the first logit of the batch's last one. A batch of n samples is repeated REPEATS / n times, at least twice.
// With the word version it prints its version.
const fs = require("fs");
const ort = require("onnxruntime-node");

function feedsOf(session, raw, batch) {
  const values = new Float32Array(raw.buffer, raw.byteOffset, raw.length / 4);
  const some = (kind, all, shape) => new ort.Tensor(kind, all, [batch, ...shape]);
  if (session.inputNames.length === 1) {
    const images = new Float32Array(batch * values.length);
    for (let i = 0; i < batch; i++) images.set(values, i * values.length);
    return { image: some("float32", images, [3, 224, 224]) };
  }
  const tokens = values.length / 2;
  const numbers = (from) => {
    const all = new BigInt64Array(batch * tokens);
    for (let i = 0; i < batch; i++) all.set(BigInt64Array.from(values.subarray(from, from + tokens), BigInt), i * tokens);
    return some("int64", all, [tokens]);
  };
  return { words: numbers(0), segments: numbers(tokens) };
}

async function main([model, inputs, threads, repeats, ...batches]) {
  if (model === "version") {
    console.log("ONNX Runtime", require("onnxruntime-node/package.json").version);
    return;
  }
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: +threads, interOpNumThreads: 1 });
  const raw = fs.readFileSync(inputs);
  for (const batch of batches.map(Number)) {
    const feeds = feedsOf(session, raw, batch);
    const times = Math.max(2, Math.floor(+repeats / batch));
    const warm = batch > 1 ? 1 : 2;
    for (let i = 0; i < times + warm; i++) {
      const start = performance.now();
      const logits = (await session.run(feeds)).logits.data;
      const milliseconds = (performance.now() - start) / batch;
      if (i >= warm) console.log(batch, milliseconds.toFixed(2), logits[logits.length - logits.length / batch].toFixed(5));
    }
  }
}
main(process.argv.slice(2));
