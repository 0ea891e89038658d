import { describe, expect, test } from 'vitest';
import {
  announcedBytes,
  announcedPreviews,
  type PreviewTag,
  parentOrientation,
  rankPreviews,
} from './preview-ranking.js';

const sized = (tag: PreviewTag, width: number, height: number) => ({ tag, width, height });

describe('the order of previews', () => {
  test.each([
    [
      'the smallest ample one first',
      [sized('JpgFromRaw', 6000, 4000), sized('PreviewImage', 570, 375), sized('OtherImage', 1620, 1080)],
      ['OtherImage', 'JpgFromRaw', 'PreviewImage'],
    ],
    [
      'the largest when none is ample',
      [sized('PreviewImage', 320, 240), sized('OtherImage', 510, 382)],
      ['OtherImage', 'PreviewImage'],
    ],
    ['emptied stand-ins are left out', [sized('JpgFromRaw', 8, 8), sized('PreviewImage', 160, 120)], ['PreviewImage']],
    [
      'portrait counts by its shorter side',
      [sized('PreviewImage', 440, 2000), sized('OtherImage', 448, 600)],
      ['OtherImage', 'PreviewImage'],
    ],
    ['none', [], []],
  ])('%s', (_, previews, order) => {
    expect(rankPreviews(previews, 224).map((preview) => preview.tag)).toEqual(order);
  });
});

test('thumbnails are announced apart', () => {
  const tags = { 'IFD1:ThumbnailImage': '(Binary data)', 'SubIFD:JpgFromRaw': '(Binary data)', 'File:FileType': 'NEF' };
  expect(announcedPreviews(tags)).toEqual([['JpgFromRaw'], ['ThumbnailImage']]);
});

test.each([
  ['IFD0 before a sub-picture', { 'SubIFD:Orientation': 1, 'IFD0:Orientation': 8 }, 8],
  ['any other when IFD0 has none', { 'IFD1:Orientation': 6 }, 6],
  ['degrees of a CRW', { 'CanonRaw:Rotation': 270 }, 8],
  ['a value out of range is none', { 'IFD0:Orientation': 9, 'IFD1:Orientation': 3 }, 3],
  ['text is none', { 'IFD0:Orientation': 'Rotate 90 CW' }, 1],
  ['nothing stated', {}, 1],
])("the parent's orientation: %s", (_, tags, orientation) => {
  expect(parentOrientation(tags)).toBe(orientation);
});

test.each([
  [{ 'IFD0:PreviewImage': '(Binary data 12167 bytes, use -b option to extract)' }, 12167],
  [{ 'SubIFD:PreviewImage': 'base64:/9j' }, 0],
  [{ 'IFD0:JpgFromRaw': '(Binary data 12167 bytes, use -b option to extract)' }, 0],
  [{}, 0],
])('%j announces a preview of %d bytes', (tags, bytes) => {
  expect(announcedBytes(tags, 'PreviewImage')).toBe(bytes);
});
