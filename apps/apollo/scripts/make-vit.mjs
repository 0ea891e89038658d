// Writes a model folder with the shape of CLIP ViT-B/32 and random weights, for measuring speed:
//   node scripts/make-vit.mjs FOLDER [fp32|int8]
// int8 is what the usual tools make of it: dynamic quantisation of the matrix products.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataType, model, node, tensor } from './onnx-writer.mjs';

const [folder, precision = 'fp32'] = process.argv.slice(2);
if (!folder || !['fp32', 'int8'].includes(precision)) throw new Error('usage: make-vit.mjs FOLDER [fp32|int8]');
const PALETTE = fileURLToPath(new URL('../models/palette', import.meta.url));
const VISION = { width: 768, heads: 12, layers: 12, mlp: 3072, patch: 32, side: 224 };
const TEXT = { width: 512, heads: 8, layers: 12, mlp: 2048, vocabulary: 49408, positions: 77 };
const DIMENSION = 512;

let seed = 0x9e3779b9;
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32 - 0.5;
}
const floats = (count, scale) => Float32Array.from({ length: count }, () => random() * scale);

/** Collects nodes and constants of one graph. */
function createGraph() {
  const nodes = [];
  const initializers = [];
  let count = 0;
  const name = (hint) => `${hint}_${count++}`;
  const constant = (hint, dims, data) => {
    const id = name(hint);
    initializers.push(tensor(id, dims, data));
    return id;
  };
  const op = (type, inputs, attributes) => {
    const id = name(type.toLowerCase());
    nodes.push(node(type, inputs, [id], attributes));
    return id;
  };
  const vector = (length, scale = 0.02) => constant('bias', [length], floats(length, scale));
  const ints = (values) => constant('shape', [values.length], BigInt64Array.from(values, BigInt));
  return { nodes, initializers, constant, op, vector, ints };
}

function linear(graph, input, from, to) {
  const { op } = graph;
  const product =
    precision === 'int8' ? quantised(graph, input, from, to) : op('MatMul', [input, weights(graph, from, to)]);
  return op('Add', [product, graph.vector(to)]);
}

const weights = (graph, from, to) => graph.constant('weight', [from, to], floats(from * to, 2 / Math.sqrt(from)));

function quantised({ nodes, constant, op }, input, from, to) {
  const bytes = Int8Array.from({ length: from * to }, () => Math.round(random() * 200));
  const id = `${input}_q${from}_${to}_${nodes.length}`;
  nodes.push(node('DynamicQuantizeLinear', [input], [id, `${id}_scale`, `${id}_zero`]));
  const zero = constant('zero', [], new Int8Array(1));
  const product = op('MatMulInteger', [id, constant('weight', [from, to], bytes), `${id}_zero`, zero]);
  const scale = op('Mul', [`${id}_scale`, constant('scale', [], Float32Array.of(0.01 / Math.sqrt(from)))]);
  return op('Mul', [op('Cast', [product], { to: DataType.FLOAT }), scale]);
}

const norm = (graph, input, width) =>
  graph.op(
    'LayerNormalization',
    [input, graph.constant('gain', [width], new Float32Array(width).fill(1)), graph.vector(width)],
    {
      axis: -1,
      epsilon: { float: 1e-5 },
    },
  );

function attention(graph, input, { width, heads }, mask) {
  const { op, ints, constant } = graph;
  const size = width / heads;
  const split = (x, perm) => op('Transpose', [op('Reshape', [x, ints([0, -1, heads, size])])], { perm });
  const q = split(linear(graph, input, width, width), [0, 2, 1, 3]);
  const k = split(linear(graph, input, width, width), [0, 2, 3, 1]);
  const v = split(linear(graph, input, width, width), [0, 2, 1, 3]);
  const scores = op('Mul', [op('MatMul', [q, k]), constant('scale', [], Float32Array.of(1 / Math.sqrt(size)))]);
  const shares = op('Softmax', [mask ? op('Add', [scores, mask]) : scores], { axis: -1 });
  const joined = op('Reshape', [
    op('Transpose', [op('MatMul', [shares, v])], { perm: [0, 2, 1, 3] }),
    ints([0, -1, width]),
  ]);
  return linear(graph, joined, width, width);
}

function layer(graph, input, shape, mask) {
  const { op, constant } = graph;
  const attended = op('Add', [input, attention(graph, norm(graph, input, shape.width), shape, mask)]);
  const wide = linear(graph, norm(graph, attended, shape.width), shape.width, shape.mlp);
  const gate = op('Sigmoid', [op('Mul', [wide, constant('scale', [], Float32Array.of(1.702))])]);
  return op('Add', [attended, linear(graph, op('Mul', [wide, gate]), shape.mlp, shape.width)]);
}

function visionModel() {
  const graph = createGraph();
  const { op, constant, ints } = graph;
  const { width, patch, side, layers } = VISION;
  const cells = (side / patch) ** 2;
  const kernel = constant('kernel', [width, 3, patch, patch], floats(width * 3 * patch * patch, 0.05));
  const grid = op('Conv', ['pixel_values', kernel], { strides: [patch, patch], kernel_shape: [patch, patch] });
  const patches = op('Transpose', [op('Reshape', [grid, ints([0, width, cells])])], { perm: [0, 2, 1] });
  // One class token for each picture: a sum over nothing has the batch's size.
  const zeros = op('Mul', [
    op('ReduceMean', [patches], { axes: [1], keepdims: 1 }),
    constant('zero', [], Float32Array.of(0)),
  ]);
  const token = op('Add', [zeros, constant('class', [1, 1, width], floats(width, 0.1))]);
  const placed = op('Add', [
    op('Concat', [token, patches], { axis: 1 }),
    constant('positions', [cells + 1, width], floats((cells + 1) * width, 0.1)),
  ]);
  let state = norm(graph, placed, width);
  for (let i = 0; i < layers; i++) state = layer(graph, state, VISION);
  const first = op('Gather', [state, constant('first', [], BigInt64Array.of(0n))], { axis: 1 });
  graph.nodes.push(node('MatMul', [norm(graph, first, width), weights(graph, width, DIMENSION)], ['image_embeds']));
  return model({
    name: 'vit-b-32-shaped',
    opset: 17,
    ...graph,
    inputs: [{ name: 'pixel_values', type: DataType.FLOAT, dims: ['batch_size', 3, side, side] }],
    outputs: [{ name: 'image_embeds', type: DataType.FLOAT, dims: ['batch_size', DIMENSION] }],
  });
}

function textModel() {
  const graph = createGraph();
  const { op, constant, ints } = graph;
  const { width, vocabulary, positions, layers } = TEXT;
  const words = op('Gather', [constant('words', [vocabulary, width], floats(vocabulary * width, 0.05)), 'input_ids'], {
    axis: 0,
  });
  const length = op('Gather', [op('Shape', ['input_ids']), ints([1])], { axis: 0 });
  const upTo = (table, axes) =>
    op('Slice', [
      table,
      ints(axes.map(() => 0)),
      axes.length === 1 ? length : op('Concat', [length, length], { axis: 0 }),
      ints(axes),
    ]);
  const placed = op('Add', [
    words,
    upTo(constant('positions', [positions, width], floats(positions * width, 0.05)), [0]),
  ]);
  const causal = Float32Array.from({ length: positions ** 2 }, (_, i) =>
    i % positions > Math.floor(i / positions) ? -1e9 : 0,
  );
  const mask = upTo(constant('causal', [positions, positions], causal), [0, 1]);
  let state = placed;
  for (let i = 0; i < layers; i++) state = layer(graph, state, TEXT, mask);
  const last = op('Gather', [norm(graph, state, width), constant('last', [], BigInt64Array.of(-1n))], { axis: 1 });
  graph.nodes.push(node('MatMul', [last, weights(graph, width, DIMENSION)], ['text_embeds']));
  return model({
    name: 'clip-text-shaped',
    opset: 17,
    ...graph,
    inputs: [{ name: 'input_ids', type: DataType.INT64, dims: ['batch_size', 'sequence_length'] }],
    outputs: [{ name: 'text_embeds', type: DataType.FLOAT, dims: ['batch_size', DIMENSION] }],
  });
}

const ending = precision === 'int8' ? '_quantized' : '';
mkdirSync(join(folder, 'onnx'), { recursive: true });
for (const file of ['tokenizer.json', 'tokenizer_config.json', 'preprocessor_config.json'])
  copyFileSync(join(PALETTE, file), join(folder, file));
const config = {
  model_type: 'clip',
  projection_dim: DIMENSION,
  text_config: { max_position_embeddings: TEXT.positions },
};
writeFileSync(join(folder, 'config.json'), `${JSON.stringify(config)}\n`);
writeFileSync(join(folder, `onnx/vision_model${ending}.onnx`), visionModel());
writeFileSync(join(folder, `onnx/text_model${ending}.onnx`), textModel());
