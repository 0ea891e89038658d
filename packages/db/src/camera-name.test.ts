import { expect, test } from 'vitest';
import { cameraName } from './camera-name.js';

test.each([
  ['Canon', 'Canon EOS R6', 'Canon EOS R6'],
  ['NIKON CORPORATION', 'NIKON D3100', 'NIKON D3100'],
  ['Leica Camera AG', 'LEICA M10', 'LEICA M10'],
  ['Eastman Kodak Company', 'Kodak DC120 ZOOM Digital Camera', 'Kodak DC120 ZOOM Digital Camera'],
  ['Konica Minolta Camera, Inc.', 'DiMAGE A2', 'Konica Minolta DiMAGE A2'],
  ['RICOH IMAGING COMPANY, LTD.', 'PENTAX K-3 II', 'RICOH PENTAX K-3 II'],
  ['OLYMPUS OPTICAL CO.,LTD', 'C5050Z', 'OLYMPUS C5050Z'],
  ['SONY', 'DSLR-A330', 'SONY DSLR-A330'],
  ['SAMSUNG', 'SAMSUNG-SM-G900', 'SAMSUNG-SM-G900'],
  ['Camera', 'One', 'Camera One'],
  [null, 'Box', 'Box'],
  ['  ', 'Box', 'Box'],
  ['Canon', null, null],
])('%s and %s are called %s', (make, model, name) => {
  expect(cameraName(make, model)).toBe(name);
});
