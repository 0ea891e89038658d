import type { ModelInfo__Output } from '@clip-watch/proto';
import { describe, expect, test } from 'vitest';
import { judgeModel, toClipModel } from './model-handshake.js';

const PREPROCESSING = {
  resize_mode: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP',
  resample_filter: 'RESAMPLE_FILTER_BICUBIC',
  mean: [],
  std: [],
  resize_size: 0,
} as const satisfies object;

function info(changes: object = {}): ModelInfo__Output {
  return {
    name: 'clip',
    version: 'v1',
    embedding_dim: 512,
    normalized: true,
    input_size: 224,
    preprocessing: { ...PREPROCESSING, mean: [], std: [] },
    accepted_media_types: ['image/jpeg'],
    supports_text: true,
    max_text_tokens: 77,
    limits: null,
    state: 'MODEL_STATE_READY',
    ...changes,
  };
}

test('the first model met is taken, and told in our words', () => {
  expect(judgeModel(info(), undefined, undefined)).toEqual({
    kind: 'accepted',
    model: {
      name: 'clip',
      version: 'v1',
      dimension: 512,
      normalized: true,
      pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 224, inputSize: 224 },
      acceptedMediaTypes: ['image/jpeg'],
      supportsText: true,
      maxTextTokens: 77,
    },
  });
});

test('limits that are stated are passed on, 0 is not stated', () => {
  const limits = { max_message_bytes: 0, max_image_bytes: 9, max_image_pixels: 0, max_texts: 0, max_in_flight: 0 };
  const model = toClipModel(info({ limits }));
  expect(model.maxImageBytes).toBe(9);
  expect(model).not.toHaveProperty('maxImagePixels');
});

describe('pixels are not made', () => {
  test.each([
    ['without preprocessing', { preprocessing: null }],
    ['for an unset resize mode', { preprocessing: { ...PREPROCESSING, resize_mode: 'RESIZE_MODE_UNSPECIFIED' } }],
    ['for a resize mode of a later contract', { preprocessing: { ...PREPROCESSING, resize_mode: 7 } }],
    ['for a filter of a later contract', { preprocessing: { ...PREPROCESSING, resample_filter: 8 } }],
  ])('%s', (_, changes) => {
    expect(toClipModel(info(changes))).not.toHaveProperty('pixels');
  });
});

describe('an encoder is refused', () => {
  const agreed = toClipModel(info());
  test.each([
    ['another version than the pinned one', {}, 'v2', undefined, /serves v1, the photos are in v2/],
    ['another version than the pool met', { version: 'v2' }, undefined, agreed, /serves v2, the photos are in v1/],
    ['another dimension', { embedding_dim: 768 }, undefined, agreed, /768 numbers/],
    ['other pixels', { input_size: 336 }, undefined, agreed, /other pixels/],
    ['no pixels where the others take them', { preprocessing: null }, undefined, agreed, /other pixels/],
    ['no unit length', { normalized: false }, undefined, agreed, /unit length/],
  ] as const)('%s', (_, changes, wanted, known, message) => {
    expect(judgeModel(info(changes), wanted, known)).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(message),
    });
  });
});

test.each([
  [null, 'invalid'],
  [info({ version: '' }), 'invalid'],
  [info({ embedding_dim: 0 }), 'invalid'],
  [info({ embedding_dim: 4_000_000_000 }), 'invalid'],
  [info({ input_size: 0 }), 'invalid'],
  [info({ state: 'MODEL_STATE_LOADING' }), 'not_ready'],
  [info({ state: 'MODEL_STATE_FAILED' }), 'not_ready'],
  [info({ state: 'MODEL_STATE_UNSPECIFIED' }), 'accepted'],
  [info({ state: 42 }), 'accepted'],
])('%#: %s', (model, kind) => {
  expect(judgeModel(model, undefined, undefined).kind).toBe(kind);
});
