import type { ImageItem__Output } from '@clip-watch/proto';
import { expect, test } from 'vitest';
import { checkItem } from './item-check.js';

const LIMITS = { inputSize: 4, maxImageBytes: 1000 };
const item = (payload: Partial<ImageItem__Output>): ImageItem__Output => ({
  request_id: 1,
  ref: null,
  timeout_ms: 0,
  ...payload,
});
const rgb = (width: number, height: number, bytes: number): ImageItem__Output =>
  item({ payload: 'rgb', rgb: { width, height, data: Buffer.alloc(bytes) } });
const file = (data: Buffer): ImageItem__Output => item({ payload: 'encoded', encoded: { data, media_type: '' } });
const text = (head: string): ImageItem__Output => file(Buffer.from(head.padEnd(64, '\0'), 'latin1'));

test.each([
  ['pixels of the right size', rgb(4, 4, 48), 'pixels'],
  ['pixels one byte short', rgb(4, 4, 47), 'ERROR_REASON_INVALID_ITEM'],
  ['pixels of another size', rgb(8, 8, 192), 'ERROR_REASON_INVALID_ITEM'],
  ['sizes whose product wraps', rgb(2 ** 31, 2 ** 31, 48), 'ERROR_REASON_INVALID_ITEM'],
  ['no payload', item({}), 'ERROR_REASON_INVALID_ITEM'],
  ['a payload of a later version', item({ payload: 'chunked' as never }), 'ERROR_REASON_INVALID_ITEM'],
  ['a JPEG', text('\xff\xd8\xff\xe0'), 'file'],
  ['a PNG', text('\x89PNG\r\n\x1a\n'), 'file'],
  ['a WebP', text('RIFF\0\0\0\0WEBP'), 'file'],
  ['a HEIC', text('\0\0\0\x18ftypheic'), 'ERROR_REASON_UNSUPPORTED_MEDIA'],
  ['a TIFF or RAW', text('II*\0'), 'ERROR_REASON_UNSUPPORTED_MEDIA'],
  ['a GIF', text('GIF89a'), 'ERROR_REASON_UNSUPPORTED_MEDIA'],
  ['a RIFF that is no WebP', text('RIFF\0\0\0\0WAVE'), 'ERROR_REASON_UNDECODABLE'],
  ['text', text('hello'), 'ERROR_REASON_UNDECODABLE'],
  ['an empty file', file(Buffer.alloc(0)), 'ERROR_REASON_UNDECODABLE'],
  ['two bytes', file(Buffer.from([0xff, 0xd8])), 'ERROR_REASON_UNDECODABLE'],
  ['a file above the limit', file(Buffer.alloc(1001, 0xff)), 'ERROR_REASON_TOO_LARGE'],
])('%s', (_name, given, expected) => {
  const checked = checkItem(given, LIMITS);
  expect(checked.kind === 'failure' ? checked.failure.reason : checked.kind).toBe(expected);
});
