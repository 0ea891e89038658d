import { expect, test } from 'vitest';
import { contradicts } from './trust-the-picture.js';

test.each([
  ['a preview smaller than its file', { width: 1920, height: 1280 }, { width: 6000, height: 4000 }, false],
  ['one that rounding made a pixel narrower', { width: 1920, height: 1279 }, { width: 6000, height: 4000 }, false],
  ['a RAW file that states its thumbnail', { width: 1920, height: 1280 }, { width: 160, height: 120 }, true],
  ['a picture that stands upright after all', { width: 1280, height: 1920 }, { width: 6000, height: 4000 }, true],
])('%s', (_, picture, said, isContradicted) => expect(contradicts(picture, said)).toBe(isContradicted));
