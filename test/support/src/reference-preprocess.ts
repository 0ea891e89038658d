/**
 * The reference that the product's pixels are measured against: the whole picture decoded, then Pillow's own
 * resampling, number for number, then the centre. Slow and plain; it shares nothing with the product.
 */
import sharp from 'sharp';
import type { RgbPicture } from './pictures.js';

/** Pillow keeps its coefficients in whole numbers with this many bits after the point. */
const PRECISION_BITS = 32 - 8 - 2;

/** Decodes in full, upright, without colour conversion; alpha on white. */
export async function decodeInFull(bytes: Buffer): Promise<RgbPicture> {
  const { data, info } = await sharp(bytes, { ignoreIcc: true, failOn: 'truncated' })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { width: info.width, height: info.height, data };
  const rgb = Buffer.alloc(info.width * info.height * 3);
  for (let index = 0; index < info.width * info.height; index += 1) {
    rgb.fill(data[index * info.channels] ?? 0, index * 3, index * 3 + 3);
  }
  return { width: info.width, height: info.height, data: rgb };
}

/** Shorter side to `size` by bicubic, longer side rounded down, then the centred square. */
export function referencePixels(picture: RgbPicture, size: number): Buffer {
  const { width, height } = picture;
  const [toWidth, toHeight] =
    width <= height ? [size, Math.trunc((size * height) / width)] : [Math.trunc((size * width) / height), size];
  const resized = resizeBicubic(picture, toWidth, toHeight);
  const left = Math.floor((toWidth - size) / 2);
  const top = Math.floor((toHeight - size) / 2);
  const rows = Array.from({ length: size }, (_, y) => {
    const start = ((top + y) * toWidth + left) * 3;
    return resized.data.subarray(start, start + size * 3);
  });
  return Buffer.concat(rows);
}

/** Pillow's `Image.resize(..., BICUBIC)`: first across, then down, rounded to bytes in between. */
export function resizeBicubic(picture: RgbPicture, width: number, height: number): RgbPicture {
  const across = resample(picture.data, picture.width, picture.height, width);
  const turned = transpose(across, width, picture.height);
  const down = resample(turned, picture.height, width, height);
  return { width, height, data: transpose(down, height, width) };
}

interface Window {
  readonly start: number;
  readonly weights: readonly number[];
}

function resample(data: Buffer, width: number, height: number, toWidth: number): Buffer {
  const windows = Array.from({ length: toWidth }, (_, x) => windowAt(x, width, toWidth));
  const out = Buffer.alloc(toWidth * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < toWidth; x += 1) {
      const { start, weights } = windows[x] as Window; // one for each x
      weighPixel(data, (y * width + start) * 3, weights, out, (y * toWidth + x) * 3);
    }
  }
  return out;
}

function weighPixel(data: Buffer, from: number, weights: readonly number[], out: Buffer, to: number): void {
  for (let channel = 0; channel < 3; channel += 1) {
    let sum = 2 ** (PRECISION_BITS - 1);
    for (let index = 0; index < weights.length; index += 1) {
      sum += (weights[index] as number) * (data[from + index * 3 + channel] as number);
    }
    out[to + channel] = Math.max(0, Math.min(255, Math.floor(sum / 2 ** PRECISION_BITS)));
  }
}

function windowAt(x: number, from: number, to: number): Window {
  const scale = from / to;
  const filterScale = Math.max(1, scale);
  const support = 2 * filterScale;
  const center = (x + 0.5) * scale;
  const start = Math.max(0, Math.trunc(center - support + 0.5));
  const end = Math.min(from, Math.trunc(center + support + 0.5));
  const raw = Array.from({ length: end - start }, (_, index) => bicubic((index + start - center + 0.5) / filterScale));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { start, weights: raw.map((weight) => toFixedPoint(weight / total)) };
}

function toFixedPoint(weight: number): number {
  return Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** PRECISION_BITS);
}

function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function transpose(data: Buffer, width: number, height: number): Buffer {
  const out = Buffer.alloc(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1)
      data.copy(out, (x * height + y) * 3, (y * width + x) * 3, (y * width + x) * 3 + 3);
  }
  return out;
}

/** Mean absolute difference of two pictures of equal size, in grey levels. */
export function meanDistance(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} bytes against ${b.length}`);
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += Math.abs((a[index] ?? 0) - (b[index] ?? 0));
  return sum / a.length;
}
