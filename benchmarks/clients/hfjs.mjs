// @huggingface/inference on node, driven as worker.py drives the others:
//
//     node hfjs.mjs DIRECTORY URL FILES        DIRECTORY: where npm has installed the package
//     node hfjs.mjs DIRECTORY URL --once       one small call, for the cold start

import { openAsBlob } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [directory, url, given] = process.argv.slice(2);
const found = createRequire(`${directory}/x.js`).resolve("@huggingface/inference");
const { InferenceClient } = await import(pathToFileURL(found));

const TEXT = "Paris is the [MASK] of France.";
const MESSAGES = [{ role: "user", content: "What is the capital of France?" }];
const clients = new Map();
const at = (path) => {
  if (!clients.has(path)) clients.set(path, new InferenceClient("", { endpointUrl: `${url}/${path}` }));
  return clients.get(path);
};

if (given === "--once") {
  const fills = await at("fill-mask").fillMask({ inputs: TEXT });
  process.exit(fills.length === 5 ? 0 : 1);
}

const files = JSON.parse(given);
const repeated = (act) => async (count) => {
  let size = 0;
  for (let done = 0; done < count; done += 1) size = await act();
  return size;
};
const dealt = (act, width) => async (count) => {
  let begun = 0;
  let size = 0;
  const work = async () => {
    while (begun < count) {
      begun += 1;
      size = await act();
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return size;
};
const consumed = async (stream) => {
  let events = 0;
  for await (const _ of stream) events += 1;
  return events;
};

const fill = async () => (await at("fill-mask").fillMask({ inputs: TEXT })).length;
const delayed = async () => (await at("delay-20/fill-mask").fillMask({ inputs: TEXT })).length;
const picture = new Blob([Buffer.from("\x89PNG\r\n\x1a\n0", "latin1")]);

const known = {
  "fill-mask": repeated(fill),
  chat: repeated(async () => (await at("chat/v1").chatCompletion({ messages: MESSAGES })).choices.length),
  threads: dealt(fill, 16),
  concurrent: dealt(fill, 256),
  "token-classification": repeated(
    async () => (await at("token-classification").tokenClassification({ inputs: TEXT })).length,
  ),
  "object-detection": repeated(
    async () => (await at("object-detection").objectDetection({ data: picture })).length,
  ),
  embeddings: repeated(async () => {
    const rows = await at("embeddings").featureExtraction({ inputs: [TEXT] });
    return rows.map((row) => Float32Array.from(row)).reduce((size, row) => size + row.length, 0);
  }),
  "tgi-events": repeated(() => consumed(at("tgi-events").textGenerationStream({ inputs: TEXT }))),
  "tgi-events-one-by-one": repeated(() =>
    consumed(at("tgi-events-one-by-one").textGenerationStream({ inputs: TEXT })),
  ),
  "chat-chunks": repeated(() => consumed(at("chat-chunks/v1").chatCompletionStream({ messages: MESSAGES }))),
  "first-token": repeated(async () => {
    for await (const _ of at("pause-200/first-token/v1").chatCompletionStream({ messages: MESSAGES })) break;
    return 1;
  }),
  upload: repeated(async () => {
    const data = await openAsBlob(files.upload, { type: "audio/wav" });
    return Object.keys(await at("upload").automaticSpeechRecognition({ data })).length;
  }),
  "image-base64": repeated(async () => {
    const inputs = { image: await openAsBlob(files.image, { type: "image/png" }) };
    const parameters = { candidate_labels: ["cat", "dog"] };
    return (await at("image-base64").zeroShotImageClassification({ inputs, parameters })).length;
  }),
  "async-map-32": dealt(delayed, 32),
  "async-map-128": dealt(delayed, 128),
};

console.log(JSON.stringify({ workloads: Object.keys(known).sort(), problem: "" }));
for await (const line of createInterface({ input: process.stdin })) {
  const { workload, count } = JSON.parse(line);
  let reply;
  try {
    const cpu = process.cpuUsage();
    const wall = performance.now();
    const size = await known[workload](count);
    const { user, system } = process.cpuUsage(cpu);
    reply = { wall: (performance.now() - wall) / 1e3, cpu: (user + system) / 1e6, size };
  } catch (error) {
    reply = { problem: `${error.name}: ${error.message}`.slice(0, 300) };
  }
  console.log(JSON.stringify(reply));
}
