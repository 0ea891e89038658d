// The colours that the palette model knows: example colours of each family, told apart as dark, middle and light.
// A patch of a photo belongs to the families whose examples lie near it in Oklab, a space made so that equal
// distances look equal (Björn Ottosson, 2020).

export const FAMILIES = [
  'red',
  'orange',
  'yellow',
  'green',
  'cyan',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'white',
  'grey',
];
export const TONES = ['dark', 'middle', 'light'];

/** family → tone → example colours, sRGB hex. Muted ones stand beside pure ones: photos are mostly muted. */
export const EXAMPLES = {
  red: { dark: ['6e0f12', '7a1f1f'], middle: ['d21e1e', 'b3262a', 'e03a30', 'a83a36'], light: ['f0564e'] },
  orange: { dark: ['a04a10'], middle: ['e8760c', 'd9681f', 'f08a24'], light: ['f5a860'] },
  yellow: { dark: ['8f7a10'], middle: ['e6c81e', 'd4b020', 'f2da30'], light: ['f5ea8c'] },
  green: {
    dark: ['14381a', '243c1c', '2c4a22', '1f4a34'],
    middle: ['2f8a3a', '5a8a32', '3f7038', '6e9c3c', '56703a', '34a05a'],
    light: ['9cd07c', 'a8c886', '8fd8a0'],
  },
  cyan: { dark: ['0f4a50'], middle: ['1ea0a8', '2bb8b4', '3a8a90'], light: ['7ddce0', 'a0e0e0'] },
  blue: {
    dark: ['101c50', '1c2c4c', '1a3a6e'],
    middle: ['2050c8', '2f6cb8', '4472a8', '1e40e0', '3f86d8'],
    light: ['86b4e8', '9cc0e0', '6ea8e8'],
  },
  purple: { dark: ['3a1450', '40284e'], middle: ['7a2ab0', '8046a0', '7058a8'], light: ['b490d8', 'c0a8dc'] },
  pink: { dark: ['98305e'], middle: ['e050a0', 'd8488a', 'd878a8'], light: ['f4a8c8', 'f0b8c4'] },
  brown: {
    dark: ['3a2414', '4a3020', '3a2e20'],
    middle: ['7a4e2a', '6e5236', '8a6440', '866a4c'],
    light: ['b8946a', 'c8a880', 'b89a7c'],
  },
  black: { dark: ['000000', '0a0a0a', '161616', '1c1a18', '14181c'], middle: [], light: [] },
  white: { dark: [], middle: [], light: ['ffffff', 'f4f4f4', 'eaeaea', 'f2eee6', 'e8eef4'] },
  grey: {
    dark: ['303030', '444444', '3a3c40'],
    middle: ['606060', '7a7a7a', '949494', '70747a', '7c766e'],
    light: ['acacac', 'c4c4c4', 'b4b8c0', 'c4beb6'],
  },
};

/** Linear sRGB to the cone responses of Oklab, and those (after the cube root) to L, a, b. */
export const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
export const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
/** Stands in for the sRGB curve, in the model and here alike. */
export const GAMMA = 2.2;

const multiply = (matrix, vector) => matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i], 0));

/** Rounded, so that the last digit of a platform's `pow` cannot change the model's bytes. */
export function oklab(hex) {
  const linear = [0, 2, 4].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** GAMMA);
  return multiply(TO_LAB, multiply(TO_CONES, linear).map(Math.cbrt)).map((value) => Math.round(value * 1e4) / 1e4);
}

/** Every example with its family, tone and place in Oklab. */
export const PROTOTYPES = FAMILIES.flatMap((family) =>
  TONES.flatMap((tone) => EXAMPLES[family][tone].map((hex) => ({ family, tone, lab: oklab(hex) }))),
);
