import { paintPicture, picture } from '@clip-watch/test-support';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { REASONS } from '../reasons.js';
import { isCutShort } from './formats/cut-short.js';
import { withOrientation } from './formats/jpeg-orientation.js';
import { sniffContent } from './formats/sniff-content.js';
import { pictureFailure, problemFromSystemError } from './photo-reasons.js';
import { planPart, planPixels, uprightSize } from './pixel-geometry.js';

const CROP = {
  resizeMode: 'shortest-side-center-crop',
  resampleFilter: 'bicubic',
  resizeSize: 224,
  inputSize: 224,
} as const;
const STRETCH = { ...CROP, resizeMode: 'stretch' } as const;

describe('geometry', () => {
  test.each([
    [4032, 3024, CROP, { width: 298, height: 224, left: 37, top: 0, side: 224 }],
    [450, 655, CROP, { width: 224, height: 326, left: 0, top: 51, side: 224 }],
    [225, 224, CROP, { width: 225, height: 224, left: 0, top: 0, side: 224 }],
    [1, 1, CROP, { width: 224, height: 224, left: 0, top: 0, side: 224 }],
    [400, 300, { ...CROP, resizeSize: 256 }, { width: 341, height: 256, left: 58, top: 16, side: 224 }],
    [400, 300, { ...CROP, resizeSize: 0 }, { width: 298, height: 224, left: 37, top: 0, side: 224 }],
    [4032, 3024, STRETCH, { width: 224, height: 224, left: 0, top: 0, side: 224 }],
  ])('%d x %d', (width, height, recipe, plan) => {
    expect(planPixels(width, height, recipe)).toEqual(plan);
  });

  test('of a very long picture only the middle is scaled', () => {
    expect(planPart(10_000, 10, CROP, null)).toEqual({ left: 4920, top: 0, width: 160, height: 10, whole: false });
    expect(planPart(10_000, 10, STRETCH, null)).toMatchObject({ width: 10_000, whole: true });
  });

  test('a crop is never empty and never beyond the edge', () => {
    expect(planPart(10, 10, CROP, { x: 0.99, y: 0.99, width: 0.01, height: 0.01 })).toMatchObject({
      left: 9,
      top: 9,
      width: 1,
      height: 1,
    });
    expect(planPart(10, 20, CROP, { x: 0, y: 0, width: 1, height: 1 })).toMatchObject({ whole: true });
  });

  test('orientations 5 to 8 swap the sides', () => {
    expect([1, 4, 5, 8, 9, undefined].map((o) => uprightSize(3, 2, o).width)).toEqual([3, 3, 2, 2, 3, 3]);
  });
});

describe('an end that is missing', () => {
  test.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('is seen in a %s', async (format) => {
    const whole = await picture(paintPicture(64, 48), format);
    const cut = whole.subarray(0, whole.length - 20);
    expect([whole, cut].map((bytes) => isCutShort(bytes, sniffContent(bytes)))).toEqual([false, true]);
  });

  test.each(['jpeg', 'png', 'gif', 'avif'] as const)(
    'is not claimed of a %s with something behind it',
    async (format) => {
      const file = Buffer.concat([
        await picture(paintPicture(64, 48), format),
        Buffer.from('a trailer, as phones write it'),
      ]);
      expect(isCutShort(file, sniffContent(file))).toBe(false);
    },
  );

  test('is not claimed of a chunk without a name', async () => {
    const file = Buffer.from(await picture(paintPicture(64, 48), 'png'));
    file.write('\0\0\0\0', 37, 'latin1');
    expect(isCutShort(file, sniffContent(file))).toBe(false);
  });
});

describe('the orientation of a JPEG', () => {
  test.each([1, 3, 6, 8])('%d is written without a second compression', async (orientation) => {
    const jpeg = await picture(paintPicture(64, 48), 'jpeg');
    const turned = withOrientation(jpeg, orientation);
    expect(turned.length).toBe(jpeg.length + 36);
    expect((await sharp(turned).metadata()).orientation).toBe(orientation);
  });

  test('replaces one that is there', async () => {
    const jpeg = await sharp(await picture(paintPicture(64, 48), 'jpeg'))
      .withMetadata({ orientation: 3 })
      .jpeg()
      .toBuffer();
    expect((await sharp(withOrientation(jpeg, 6)).metadata()).orientation).toBe(6);
  });

  test('what is no JPEG stays as it is', () => {
    const text = Buffer.from('text');
    expect(withOrientation(text, 6)).toBe(text);
  });
});

describe('reasons', () => {
  test('only those of the class photo can be sure', () => {
    for (const { errorClass, isSure, remedy } of Object.values(REASONS)) {
      if (isSure) expect(errorClass).toBe('photo');
      expect(remedy).toMatch(/\.$/);
    }
  });

  test.each([
    ['ENOENT', 'not_found'],
    ['ELOOP', 'outside_library'],
    ['EISDIR', 'not_a_regular_file'],
    ['EACCES', 'unreadable'],
    ['EMFILE', 'unreadable'],
    ['EIO', 'unreadable'],
    ['ESTALE', 'unreadable'],
    ['ENOSPC', 'disk_full'],
    ['ETIMEDOUT', 'read_timeout'],
  ])('%s is %s, and environment', (code, reason) => {
    const problem = problemFromSystemError(Object.assign(new Error('x'), { code }));
    expect(problem.reason).toBe(reason);
    expect(pictureFailure(problem.reason, problem.message).errorClass).toBe('environment');
  });
});
