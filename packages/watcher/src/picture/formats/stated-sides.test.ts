import { expect, test } from 'vitest';
import { sidesFromTags, sidesOfRaw } from './stated-sides.js';

test.each([
  [
    'a Canon, whose largest stored picture is a preview',
    { 'IFD0:ImageWidth': 2784, 'IFD0:ImageHeight': 1856, 'Composite:ImageSize': '5616 3744' },
    [5616, 3744],
  ],
  [
    'a Canon, whose sensor has margins',
    { 'Track3:ImageWidth': 5568, 'Track3:ImageHeight': 3708, 'Composite:ImageSize': '5472 3648' },
    [5472, 3648],
  ],
  [
    'a Sigma with a stand-in for its preview',
    {
      'SigmaRaw:ImageWidth': 2640,
      'SigmaRaw:ImageHeight': 1760,
      'File:ImageWidth': 8,
      'File:ImageHeight': 8,
      'Composite:ImageSize': '8 8',
    },
    [2640, 1760],
  ],
  [
    'a DNG on its side, without its margins',
    {
      'SubIFD:ImageWidth': 510,
      'SubIFD:ImageHeight': 382,
      'SubIFD:DefaultCropSize': '493.6 366',
      'Composite:ImageSize': '510 382',
      'IFD0:Orientation': 8,
    },
    [366, 494],
  ],
  [
    'a DNG whose crop is that of a small copy',
    {
      'SubIFD:ImageWidth': 6000,
      'SubIFD:ImageHeight': 4000,
      'SubIFD1:DefaultCropSize': '256 171',
      'Composite:ImageSize': '6000 4000',
    },
    [6000, 4000],
  ],
  [
    'a Fujifilm S5 Pro, whose pixels are twice as high as wide',
    { 'Composite:ImageSize': '4256 1424', 'ExifIFD:ExifImageWidth': 1440, 'ExifIFD:ExifImageHeight': 960 },
    [4256, 2848],
  ],
  [
    'a wide crop of square pixels',
    { 'Composite:ImageSize': '6000 3375', 'ExifIFD:ExifImageWidth': 6000, 'ExifIFD:ExifImageHeight': 4000 },
    [6000, 3375],
  ],
])('%s', (_, tags, [width, height]) => {
  expect(sidesOfRaw(tags)).toEqual({ width, height });
});

test.each([
  {},
  { 'IFD0:ImageWidth': 16, 'IFD0:ImageHeight': 16, 'Composite:ImageSize': '16 16' },
  {
    'IFD0:ImageWidth': -1,
    'IFD0:ImageHeight': 'x',
    'Composite:ImageSize': { a: 1 },
    'SubIFD:DefaultCropSize': 'inf 0',
  },
])('a RAW of unknown size: %j', (tags) => {
  expect(sidesOfRaw(tags)).toBeUndefined();
});

test('what is no RAW may be as small as it says', () => {
  expect(sidesFromTags({ 'File:ImageWidth': 16, 'File:ImageHeight': 9 })).toEqual({ width: 16, height: 9 });
});
