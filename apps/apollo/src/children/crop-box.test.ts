import { expect, test } from 'vitest';
import { cropBox } from './crop-box.js';

const CLIP = { inputSize: 224, resizeSize: 224, stretch: false };

test.each([
  [{ width: 4032, height: 3024 }, CLIP, { width: 298, height: 224, left: 37, top: 0 }],
  [{ width: 3024, height: 4032 }, CLIP, { width: 224, height: 298, left: 0, top: 37 }],
  [{ width: 224, height: 224 }, CLIP, { width: 224, height: 224, left: 0, top: 0 }],
  [{ width: 10, height: 7 }, CLIP, { width: 320, height: 224, left: 48, top: 0 }],
  [{ width: 1, height: 1 }, CLIP, { width: 224, height: 224, left: 0, top: 0 }],
  [
    { width: 800, height: 600 },
    { ...CLIP, resizeSize: 256 },
    { width: 341, height: 256, left: 58, top: 16 },
  ],
  [
    { width: 800, height: 600 },
    { ...CLIP, stretch: true },
    { width: 224, height: 224, left: 0, top: 0 },
  ],
])('%o', (picture, recipe, expected) => {
  expect(cropBox(picture, recipe)).toEqual(expected);
});
