import type { ImageItem__Output } from '@clip-watch/proto';
import type { ItemFailure } from './results.js';

export type CheckedItem =
  | { readonly kind: 'pixels'; readonly data: Uint8Array }
  | { readonly kind: 'file'; readonly data: Uint8Array }
  | { readonly kind: 'failure'; readonly failure: ItemFailure };

export interface ItemLimits {
  readonly inputSize: number;
  readonly maxImageBytes: number;
}

const MAGIC: readonly { readonly media: string; readonly matches: (bytes: Uint8Array) => boolean }[] = [
  { media: 'image/jpeg', matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff },
  { media: 'image/png', matches: (bytes) => startsWith(bytes, '\x89PNG\r\n\x1a\n', 0) },
  { media: 'image/webp', matches: (bytes) => startsWith(bytes, 'RIFF', 0) && startsWith(bytes, 'WEBP', 8) },
];
export const ACCEPTED_MEDIA_TYPES: readonly string[] = MAGIC.map(({ media }) => media);

/** Everything about an item that can be told without decoding it. */
export function checkItem(item: ImageItem__Output, limits: ItemLimits): CheckedItem {
  switch (item.payload) {
    case 'rgb':
      return checkPixels(item.rgb, limits.inputSize);
    case 'encoded':
      return checkFile(item.encoded?.data ?? new Uint8Array(), limits.maxImageBytes);
    default:
      return fail('ERROR_REASON_INVALID_ITEM', 'the item has no payload');
  }
}

function checkPixels(rgb: ImageItem__Output['rgb'], side: number): CheckedItem {
  const { width = 0, height = 0, data = Buffer.alloc(0) } = rgb ?? {};
  if (width !== side || height !== side)
    return fail('ERROR_REASON_INVALID_ITEM', `${width}x${height} pixels, this model takes ${side}x${side}`);
  const expected = side * side * 3;
  if (data.length !== expected)
    return fail('ERROR_REASON_INVALID_ITEM', `${data.length} bytes of pixels, ${side}x${side} RGB is ${expected}`);
  return { kind: 'pixels', data };
}

function checkFile(data: Uint8Array, maxBytes: number): CheckedItem {
  if (data.length === 0) return fail('ERROR_REASON_UNDECODABLE', 'the picture is empty');
  if (data.length > maxBytes)
    return fail('ERROR_REASON_TOO_LARGE', `${data.length} bytes, more than ${maxBytes} are not taken here`);
  if (MAGIC.some(({ matches }) => matches(data))) return { kind: 'file', data };
  return isOtherMedia(data)
    ? fail('ERROR_REASON_UNSUPPORTED_MEDIA', `only ${ACCEPTED_MEDIA_TYPES.join(', ')} are decoded here`)
    : fail('ERROR_REASON_UNDECODABLE', 'this is no picture that is known here');
}

/** Pictures of other kinds, which another server may be able to read. */
function isOtherMedia(bytes: Uint8Array): boolean {
  return (
    ['GIF8', 'BM', 'II*\0', 'MM\0*', 'II+\0', 'IIRO', 'IIU\0', 'FUJIFILM', 'FOVb', '\xff\x0a', '8BPS'].some((magic) =>
      startsWith(bytes, magic, 0),
    ) ||
    startsWith(bytes, 'ftyp', 4) ||
    startsWith(bytes, 'JXL ', 4) ||
    startsWith(bytes, 'jP  ', 4)
  );
}

function startsWith(bytes: Uint8Array, magic: string, at: number): boolean {
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return bytes.length >= at + magic.length;
}

const fail = (reason: ItemFailure['reason'], message: string): CheckedItem => ({
  kind: 'failure',
  failure: { reason, message },
});
