import { expect, test } from 'vitest';
import { isImageFile, isRawFile, mediaTypeOf, needsPreview } from './file-types.js';

test.each([
  ['a.jpg', true],
  ['A.JPG', true],
  ['deep/folder/a.JpEg', true],
  ['a.tar.heic', true],
  ['a.hif', true],
  ['a.avif', true],
  ['a.mpo', true],
  ['a.insp', true],
  ['a.jfi', true],
  ['a.jxl', true],
  ['a.bmp', true],
  ['a.3fr', true],
  ['line\nbreak.jpg', true],
  ['-n.jpg', true],
  ['._IMG_1.JPG', false],
  ['folder/._IMG_1.JPG', false],
  ['.jpg', false],
  ['jpg', false],
  ['a.jpg/readme', false],
  ['a.jpg.xmp', false],
  ['a.txt', false],
  ['a.mp4', false],
  ['a.eip', false],
  ['a.', false],
  ['', false],
])('isImageFile(%j) is %j', (name, expected) => {
  expect(isImageFile(name)).toBe(expected);
});

test('every RAW maker needs a preview, plain formats do not', () => {
  const raw =
    '3fr ari arq arw bay cap cr2 cr3 crw cs1 dcr dcs dng drf erf fff gpr iiq k25 kc2 kdc mdc mef mfw mos mrw nef nrw orf ori pef ptx raf raw rw2 rwl sr2 srf srw sti x3f'.split(
      ' ',
    );
  for (const extension of raw)
    expect([extension, isRawFile(`a.${extension}`), needsPreview(`a.${extension}`)]).toEqual([extension, true, true]);
  expect(['a.heic', 'a.HIF', 'a.jpg', 'a.png'].map(needsPreview)).toEqual([true, true, false, false]);
  expect(isRawFile('a.heic')).toBe(false);
});

test.each([
  ['a.jpg', 'image/jpeg'],
  ['a.NEF', 'image/x-nikon-nef'],
  ['a.heic', 'image/heic'],
  ['a.txt', null],
])('mediaTypeOf(%j) is %j', (name, type) => {
  expect(mediaTypeOf(name)).toBe(type);
});
