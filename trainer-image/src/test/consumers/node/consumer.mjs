// A published version in ONNX Runtime for Node: node consumer.mjs VERSION IMAGES LABELS (IDX files; see run.sh).
// Each image must be classified as the trainer's own ONNX Runtime classified it.
import { readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-node';

const BATCH = 100;
// As in consumer.py.
const INT8_IMAGES = 2;

const [version, imageFile, labelFile] = process.argv.slice(2);
const json = (name) => JSON.parse(readFileSync(join(version, name), 'utf8'));

function idx(path) {
  const raw = gunzipSync(readFileSync(path));
  return raw.subarray(4 + 4 * raw[3]);
}

const contract = json('preprocessing.json');
const report = json('report.json');
const [, height, width, channels] = contract.input.shape;
if (contract.input.datatype !== 'UINT8') {
  throw new Error('this consumer feeds pixels; the version wants ' + contract.input.datatype);
}
const labels = idx(labelFile);
const pixels = idx(imageFile);
const size = height * width * channels;
const classes = readFileSync(join(version, contract.labels), 'utf8').trimEnd().split('\n').length;
const release = createRequire(import.meta.url)('onnxruntime-node/package.json').version;

async function confusion(name) {
  const session = await ort.InferenceSession.create(join(version, name));
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  for (let first = 0; first < labels.length; first += BATCH) {
    const count = Math.min(BATCH, labels.length - first);
    const batch = pixels.subarray(first * size, (first + count) * size);
    const input = new ort.Tensor('uint8', batch, [count, height, width, channels]);
    const { logits } = await session.run({ [contract.input.name]: input }, ['logits']);
    for (let i = 0; i < count; i++) {
      const row = logits.data.subarray(i * classes, (i + 1) * classes);
      counts[labels[first + i]][row.indexOf(Math.max(...row))]++;
    }
  }
  return counts;
}

for (const name of ['model.onnx', 'model-int8.onnx'].filter((each) => existsSync(join(version, each)))) {
  const counts = await confusion(name);
  const right = counts.reduce((sum, row, label) => sum + row[label], 0);
  if (name === 'model.onnx' && JSON.stringify(counts) !== JSON.stringify(report.confusion)) {
    throw new Error('another confusion matrix than report.json');
  }
  if (name !== 'model.onnx' && Math.abs(right - Math.round(report.result.int8.top1 * labels.length)) > INT8_IMAGES) {
    throw new Error(`${right} images right, report.json says ${report.result.int8.top1}`);
  }
  const top1 = (right / labels.length).toFixed(4);
  console.log(`ONNX Runtime ${release} for Node: ${name}, top-1 ${top1} on ${labels.length} images, as the trainer`);
}
