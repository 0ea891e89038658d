import { expect, test } from 'vitest';
import { solidImage } from '../testing/images.js';
import type { ClipModel, ImagePayload } from '../types.js';
import { findImageFault, findSizeFault, toImageItem } from './image-message.js';

const MODEL: ClipModel = {
  name: 'm',
  version: 'v1',
  dimension: 4,
  normalized: true,
  pixels: { resizeMode: 'stretch', resampleFilter: 'bicubic', resizeSize: 2, inputSize: 2 },
  acceptedMediaTypes: ['image/jpeg'],
  supportsText: true,
  maxTextTokens: 77,
};
const pixels = (side: number, bytes: number): ImagePayload => ({
  kind: 'rgb',
  width: side,
  height: side,
  data: new Uint8Array(bytes),
});
const image = (payload: ImagePayload) => ({ ...solidImage(1), payload });

test('pixels of the right size and whole files may be sent', () => {
  expect(findImageFault(image(pixels(2, 12)), MODEL)).toBeUndefined();
  expect(
    findImageFault(image({ kind: 'encoded', data: new Uint8Array(9), mediaType: 'image/jpeg' }), MODEL),
  ).toBeUndefined();
});

test.each([
  ['a byte too few', image(pixels(2, 11)), /are not 11 bytes/],
  ['another size', image(pixels(3, 27)), /2×2 pixels, not 3×3/],
  ['nothing', image(pixels(0, 0)), /empty/],
  ['a string for bytes', image({ ...pixels(2, 12), data: 'abc' as unknown as Uint8Array }), /empty/],
  ['no hash', { ...image(pixels(2, 12)), ref: { contentHash: '' } }, /hash/],
])('%s is our own fault', (_, wrong, fault) => {
  expect(findImageFault(wrong, MODEL)).toMatch(fault);
});

test('pixels for a model that takes none are our own fault', () => {
  const { pixels: _, ...files } = MODEL;
  expect(findImageFault(image(pixels(2, 12)), files)).toMatch(/takes no pixels/);
});

test('a message over the limit is found before it is written; 0 means the limit of gRPC itself', () => {
  const data = (bytes: number) => image({ kind: 'encoded', data: new Uint8Array(bytes), mediaType: 'image/jpeg' });
  expect(findSizeFault(data(1_000_000), 0)).toBeUndefined();
  expect(findSizeFault(data(4 * 1024 * 1024), 0)).toMatch(/over the encoder's limit/);
  expect(findSizeFault(data(100_000), 65_536)).toMatch(/limit of 65536/);
  expect(findSizeFault(data(8_000_000), 16_777_216)).toBeUndefined();
});

test('names stay here unless they may go', () => {
  const options = { requestId: 1, timeoutMs: 5 };
  expect(toImageItem(solidImage(1), { ...options, withNames: false }).ref).toEqual({
    content_hash: solidImage(1).ref.contentHash,
  });
  expect(toImageItem(solidImage(1), { ...options, withNames: true }).ref).toMatchObject({
    library_id: '7',
    rel_path: 'holiday/1.jpg',
  });
});
