// The palette's image tower: shares of colour families, brightness, colourfulness and contrast, and which colours
// lie where. No training: every number follows from the tables beside this file.
import { DataType, model, node, tensor } from './onnx-writer.mjs';
import { FAMILIES, GAMMA, PROTOTYPES, TO_CONES, TO_LAB, TONES } from './palette-colours.mjs';
import { BLOCKS, DIMENSION, GRID, USED } from './palette-layout.mjs';

const SIDE = 224;
const PATCH = 8;
const PATCHES = SIDE / PATCH;
/** How sharply a patch belongs to the nearest example: 1 / (2 σ²) with σ = 0.04 in Oklab. */
const SHARPNESS = 312.5;
/** Lightness counts less than hue when a patch is named. */
const LIGHTNESS_WEIGHT = 0.35;
/** Mean chroma at which a picture counts as wholly colourful; most photos lie below 0.12. */
const FULL_CHROMA = 0.25;

const floats = (name, dims, values) => tensor(name, dims, Float32Array.from(values));
const scalar = (name, value) => floats(name, [], [value]);
const conv = (name, matrix) => floats(name, [matrix.length, matrix[0].length, 1, 1], matrix.flat());
const rounded = (value) => Math.round(value * 1e4) / 1e4;
const metric = [LIGHTNESS_WEIGHT, 1, 1];

const nearness = PROTOTYPES.map(({ lab }) => lab.map((value, i) => rounded(2 * SHARPNESS * metric[i] * value)));
const nearnessBias = PROTOTYPES.map(({ lab }) =>
  rounded(-SHARPNESS * lab.reduce((sum, value, i) => sum + metric[i] * value * value, 0)),
);
const membership = (belongs, count) =>
  Array.from({ length: count }, (_, row) => PROTOTYPES.map((prototype) => (belongs(prototype, row) ? 1 : 0)));
const toFamilies = membership(({ family }, row) => FAMILIES[row] === family, FAMILIES.length);
const toJoint = membership(
  ({ family, tone }, row) => FAMILIES.indexOf(family) * TONES.length + TONES.indexOf(tone) === row,
  FAMILIES.length * TONES.length,
);

const blockWeight = (name) => Math.sqrt(BLOCKS.find((block) => block.name === name).weight);

const initializers = [
  scalar('zero', 0),
  scalar('one', 1),
  scalar('two', 2),
  scalar('gamma', GAMMA),
  scalar('third', 1 / 3),
  scalar('full_chroma', FULL_CHROMA),
  scalar('cells', GRID * GRID),
  conv('to_cones', TO_CONES),
  conv('to_lab', TO_LAB),
  conv('to_luma', [[0.299, 0.587, 0.114]]),
  conv('to_chroma_squared', [[0, 1, 1]]),
  conv('nearness_weight', nearness),
  floats('nearness_bias', [nearnessBias.length], nearnessBias),
  conv('to_families', toFamilies),
  conv('to_joint', toJoint),
  ...BLOCKS.map(({ name }) => scalar(`${name}_weight`, blockWeight(name))),
  tensor('padding', [4], BigInt64Array.from([0n, 0n, 0n, BigInt(DIMENSION - USED)])),
];

/** The mean over all patches, as [batch, channels]. */
const mean = (input, output) => [
  node('GlobalAveragePool', [input], [`${output}_4d`]),
  node('Flatten', [`${output}_4d`], [output], { axis: 1 }),
];
/** Shares to numbers: weight · √share. */
const block = (name, shares) => [
  node('Relu', [shares], [`${name}_shares`]),
  node('Sqrt', [`${name}_shares`], [`${name}_root`]),
  node('Mul', [`${name}_root`, `${name}_weight`], [`${name}_block`]),
];
/** A number from 0 to 1 as the two shares (1 − x, x). */
const twoShares = (name, value) => [
  node('Clip', [value, 'zero', 'one'], [`${name}_high`]),
  node('Sub', ['one', `${name}_high`], [`${name}_low`]),
  node('Concat', [`${name}_low`, `${name}_high`], [`${name}_pair`], { axis: 1 }),
  ...block(name, `${name}_pair`),
];

const nodes = [
  node('Clip', ['pixel_values', 'zero', 'one'], ['clipped']),
  node('AveragePool', ['clipped'], ['patches'], { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] }),
  node('Pow', ['patches', 'gamma'], ['linear']),
  node('Conv', ['linear', 'to_cones'], ['cones']),
  node('Pow', ['cones', 'third'], ['cones_root']),
  node('Conv', ['cones_root', 'to_lab'], ['lab']),

  node('Conv', ['lab', 'nearness_weight', 'nearness_bias'], ['nearness']),
  node('Softmax', ['nearness'], ['prototypes'], { axis: 1 }),
  node('Conv', ['prototypes', 'to_families'], ['families']),
  node('Conv', ['prototypes', 'to_joint'], ['joints']),
  ...mean('families', 'family_mean'),
  ...block('family', 'family_mean'),
  ...mean('joints', 'joint_mean'),
  ...block('joint', 'joint_mean'),

  node('Conv', ['patches', 'to_luma'], ['luma']),
  ...mean('luma', 'luma_mean'),
  ...twoShares('brightness', 'luma_mean'),

  node('Mul', ['lab', 'lab'], ['lab_squared']),
  node('Conv', ['lab_squared', 'to_chroma_squared'], ['chroma_squared']),
  node('Sqrt', ['chroma_squared'], ['chroma']),
  ...mean('chroma', 'chroma_mean'),
  node('Div', ['chroma_mean', 'full_chroma'], ['chroma_share']),
  ...twoShares('colourfulness', 'chroma_share'),

  node('Mul', ['luma', 'luma'], ['luma_squared']),
  ...mean('luma_squared', 'luma_squared_mean'),
  node('Mul', ['luma_mean', 'luma_mean'], ['luma_mean_squared']),
  node('Sub', ['luma_squared_mean', 'luma_mean_squared'], ['luma_variance_raw']),
  node('Relu', ['luma_variance_raw'], ['luma_variance']),
  node('Sqrt', ['luma_variance'], ['luma_deviation']),
  node('Mul', ['luma_deviation', 'two'], ['contrast_share']),
  ...twoShares('contrast', 'contrast_share'),

  node('AveragePool', ['families'], ['grid'], {
    kernel_shape: [PATCHES / GRID, PATCHES / GRID],
    strides: [PATCHES / GRID, PATCHES / GRID],
  }),
  node('Flatten', ['grid'], ['grid_flat'], { axis: 1 }),
  node('Div', ['grid_flat', 'cells'], ['place_mean']),
  ...block('place', 'place_mean'),

  node(
    'Concat',
    BLOCKS.map(({ name }) => `${name}_block`),
    ['joined'],
    { axis: 1 },
  ),
  node('LpNormalization', ['joined'], ['unit'], { axis: 1, p: 2 }),
  node('Pad', ['unit', 'padding'], ['image_embeds']),
];

export const visionModel = () =>
  model({
    name: 'palette-vision',
    nodes,
    initializers,
    inputs: [{ name: 'pixel_values', type: DataType.FLOAT, dims: ['batch_size', 3, SIDE, SIDE] }],
    outputs: [{ name: 'image_embeds', type: DataType.FLOAT, dims: ['batch_size', DIMENSION] }],
  });
