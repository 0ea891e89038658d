// Where each meaning lies in the palette's 512 numbers. Both towers are made from this table.
import { FAMILIES, TONES } from './palette-colours.mjs';

export const DIMENSION = 512;
export const GRID = 4;

// In each block the squares of an image's numbers add up to `weight` (shares under a square root), so every image
// vector has length 1 as it is, and a photo's score for one word rises with that word's share and nothing else.
export const BLOCKS = [
  { name: 'family', size: FAMILIES.length, weight: 0.26 },
  { name: 'joint', size: FAMILIES.length * TONES.length, weight: 0.2 },
  { name: 'brightness', size: 2, weight: 0.16 },
  { name: 'colourfulness', size: 2, weight: 0.16 },
  { name: 'contrast', size: 2, weight: 0.06 },
  { name: 'place', size: FAMILIES.length * GRID * GRID, weight: 0.16 },
];

const OFFSETS = new Map();
let next = 0;
for (const { name, size } of BLOCKS) {
  OFFSETS.set(name, next);
  next += size;
}
/** Images have nothing here: a text without any known word is alike to all of them. */
export const NEUTRAL = DIMENSION - 1;
export const USED = next;

export const familyAt = (family) => OFFSETS.get('family') + FAMILIES.indexOf(family);
export const jointAt = (family, tone) =>
  OFFSETS.get('joint') + FAMILIES.indexOf(family) * TONES.length + TONES.indexOf(tone);
export const DARK = OFFSETS.get('brightness');
export const BRIGHT = DARK + 1;
export const MONOCHROME = OFFSETS.get('colourfulness');
export const COLOURFUL = MONOCHROME + 1;
export const FLAT = OFFSETS.get('contrast');
export const CONTRASTY = FLAT + 1;
