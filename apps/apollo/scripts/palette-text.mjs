// The palette's text tower: which known words a text holds, a few rules for pairs of words ("dark green", "black and
// white"), and the place in the space that they mean.
import { DataType, model, node, tensor } from './onnx-writer.mjs';
import { FAMILIES } from './palette-colours.mjs';
import {
  BRIGHT,
  COLOURFUL,
  CONTRASTY,
  DARK,
  DIMENSION,
  FLAT,
  familyAt,
  jointAt,
  MONOCHROME,
  NEUTRAL,
} from './palette-layout.mjs';

/** Meanings that a text can have, each with the words that say it. */
const MEANINGS = {
  red: ['red', 'reddish', 'scarlet', 'crimson', 'ruby'],
  orange: ['orange', 'amber', 'copper'],
  yellow: ['yellow', 'yellowish', 'gold', 'golden', 'lemon'],
  green: ['green', 'greenish', 'olive', 'emerald', 'lime'],
  cyan: ['cyan', 'turquoise', 'teal', 'aqua'],
  blue: ['blue', 'bluish', 'azure', 'indigo', 'navy'],
  purple: ['purple', 'violet', 'lilac', 'lavender', 'mauve'],
  pink: ['pink', 'pinkish', 'rose', 'magenta', 'fuchsia'],
  brown: ['brown', 'brownish', 'beige', 'tan', 'sepia', 'khaki'],
  black: ['black', 'blackish'],
  white: ['white', 'whitish', 'ivory'],
  grey: ['grey', 'gray', 'greyish', 'grayish', 'silver'],
  dark: ['dark', 'darker', 'dim', 'gloomy'],
  light: ['light', 'lighter', 'pale', 'pastel'],
  bright: ['bright', 'brighter', 'brightness'],
  monochrome: ['monochrome', 'monochromatic', 'grayscale', 'greyscale', 'colourless', 'colorless', 'desaturated'],
  colourful: ['colourful', 'colorful', 'vivid', 'vibrant', 'saturated', 'multicoloured', 'multicolored'],
  contrast: ['contrast', 'contrasty'],
  low: ['low', 'flat'],
};
const NAMES = Object.keys(MEANINGS);
/** A word may mean a tone as well. */
const ALSO = { navy: 'dark', beige: 'light', ivory: 'light' };

export const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
export const VOCABULARY = [...SPECIAL_TOKENS, ...NAMES.flatMap((name) => MEANINGS[name])];

const wordTable = new Float32Array(VOCABULARY.length * NAMES.length);
for (const [column, name] of NAMES.entries())
  for (const word of MEANINGS[name]) {
    const row = VOCABULARY.indexOf(word) * NAMES.length;
    wordTable[row + column] = 1;
    if (ALSO[word]) wordTable[row + NAMES.indexOf(ALSO[word])] = 1;
  }

// Hidden units: relu(sum of wanted meanings − sum of hindering ones + bias), each with what it adds to the vector.
const CHROMATIC = FAMILIES.filter((family) => !['black', 'white', 'grey'].includes(family));
const units = [];
const unit = (wanted, adds, hindered = [], bias = 1 - wanted.length) => units.push({ wanted, adds, hindered, bias });

for (const family of FAMILIES) unit([family], [[familyAt(family), 1]]);
unit(['dark'], [[DARK, 1]]);
unit(['light'], [[BRIGHT, 1]]);
unit(['bright'], [[BRIGHT, 1]]);
unit(['monochrome'], [[MONOCHROME, 1]]);
unit(['colourful'], [[COLOURFUL, 1]]);
unit(['contrast'], [[CONTRASTY, 1]]);
unit(
  ['low', 'contrast'],
  [
    [CONTRASTY, -1],
    [FLAT, 1],
  ],
);
// "dark green" means green that is dark, not a dark picture with some green.
for (const family of CHROMATIC) {
  unit(
    ['dark', family],
    [
      [DARK, -0.8],
      [familyAt(family), -0.7],
      [jointAt(family, 'dark'), 1],
    ],
  );
  unit(
    ['light', family],
    [
      [BRIGHT, -0.8],
      [familyAt(family), -0.7],
      [jointAt(family, 'light'), 1],
    ],
  );
}
// "black and white" alone means a picture without colours; beside another colour both words mean themselves.
unit(
  ['black', 'white'],
  [
    [MONOCHROME, 1],
    [familyAt('black'), -1],
    [familyAt('white'), -1],
  ],
  CHROMATIC,
);

const unitIn = new Float32Array(NAMES.length * units.length);
const unitOut = new Float32Array(units.length * DIMENSION);
for (const [column, { wanted, adds, hindered }] of units.entries()) {
  for (const name of wanted) unitIn[NAMES.indexOf(name) * units.length + column] = 1;
  for (const name of hindered) unitIn[NAMES.indexOf(name) * units.length + column] = -1;
  for (const [at, value] of adds) unitOut[column * DIMENSION + at] = value;
}
const outBias = new Float32Array(DIMENSION);
outBias[NEUTRAL] = 1e-3;

const nodes = [
  node('Gather', ['word_table', 'input_ids'], ['words']),
  node('Cast', ['attention_mask'], ['mask'], { to: DataType.FLOAT }),
  node('Unsqueeze', ['mask', 'last_axis'], ['mask_3d']),
  node('Mul', ['words', 'mask_3d'], ['seen']),
  node('ReduceMax', ['seen'], ['meanings'], { axes: [1], keepdims: 0 }),
  node('Gemm', ['meanings', 'unit_in', 'unit_bias'], ['units_raw']),
  node('Relu', ['units_raw'], ['units']),
  node('Gemm', ['units', 'unit_out', 'out_bias'], ['meant']),
  node('LpNormalization', ['meant'], ['text_embeds'], { axis: 1, p: 2 }),
];

export const textModel = () =>
  model({
    name: 'palette-text',
    nodes,
    initializers: [
      tensor('word_table', [VOCABULARY.length, NAMES.length], wordTable),
      tensor('last_axis', [1], BigInt64Array.from([2n])),
      tensor('unit_in', [NAMES.length, units.length], unitIn),
      tensor(
        'unit_bias',
        [units.length],
        Float32Array.from(units, ({ bias }) => bias),
      ),
      tensor('unit_out', [units.length, DIMENSION], unitOut),
      tensor('out_bias', [DIMENSION], outBias),
    ],
    inputs: ['input_ids', 'attention_mask'].map((name) => ({
      name,
      type: DataType.INT64,
      dims: ['batch_size', 'sequence_length'],
    })),
    outputs: [{ name: 'text_embeds', type: DataType.FLOAT, dims: ['batch_size', DIMENSION] }],
  });
