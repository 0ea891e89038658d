import { expect, test } from 'vitest';
import { readPixelRecipe } from './preprocessing.js';

const NORMAL = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const CROP = 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP';

test.each([
  [
    'CLIP',
    { size: { shortest_edge: 224 }, crop_size: { height: 224, width: 224 }, do_center_crop: true, resample: 3 },
    { resizeMode: CROP, resizeSize: 224, inputSize: 224, resampleFilter: 'RESAMPLE_FILTER_BICUBIC' },
  ],
  [
    'CLIP, the old way',
    { size: 224, crop_size: 224, do_center_crop: true, resample: 3 },
    { resizeMode: CROP, resizeSize: 224, inputSize: 224 },
  ],
  [
    'a crop smaller than the resize',
    { size: { shortest_edge: 256 }, crop_size: 224, do_center_crop: true, resample: 2 },
    { resizeMode: CROP, resizeSize: 256, inputSize: 224, resampleFilter: 'RESAMPLE_FILTER_BILINEAR' },
  ],
  [
    'SigLIP',
    { size: { height: 384, width: 384 }, resample: 3 },
    { resizeMode: 'RESIZE_MODE_STRETCH', resizeSize: 384, inputSize: 384 },
  ],
  ['Lanczos', { size: 224, resample: 1 }, { resampleFilter: 'RESAMPLE_FILTER_LANCZOS' }],
])('reads the recipe of %s', (_name, config, expected) => {
  expect(readPixelRecipe({ ...NORMAL, ...config })).toMatchObject(expected);
});

test.each([
  ['size is neither', { ...NORMAL }],
  ['size is neither', { ...NORMAL, size: { height: 224, width: 200 } }],
  ['size is neither', { ...NORMAL, size: { shortest_edge: 1e9 } }],
  ['resample 0', { ...NORMAL, size: 224, resample: 0 }],
  ['image_mean', { size: 224, image_std: [1, 1, 1] }],
  ['image_std holds a zero', { size: 224, image_mean: [0, 0, 0], image_std: [1, 0, 1] }],
  ['larger than size', { ...NORMAL, size: 224, crop_size: 256, do_center_crop: true }],
])('refuses: %s', (message, config) => {
  expect(() => readPixelRecipe(config)).toThrow(message);
});
