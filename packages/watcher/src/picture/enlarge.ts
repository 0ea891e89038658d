/**
 * Pillow's resampling in whole numbers, for pictures smaller than the model's input: libvips places enlarged pixels
 * elsewhere, which moves them by 5 grey levels on average. Large pictures never come here.
 */
import type { ResampleFilter } from '@clip-watch/clip-client';

export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

interface Kernel {
  readonly support: number;
  weigh(distance: number): number;
}

const KERNELS: Readonly<Record<ResampleFilter, Kernel>> = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: catmullRom },
  lanczos: { support: 3, weigh: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Pillow's fixed point: products of bytes and weights then fit 32 bits. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** Across first, then down, with bytes in between, as Pillow does. */
export function resamplePicture(picture: Rgb, width: number, height: number, filter: ResampleFilter): Rgb {
  const across = resampleRows(picture, width, KERNELS[filter]);
  return transpose(resampleRows(transpose(across), height, KERNELS[filter]));
}

function resampleRows(picture: Rgb, toWidth: number, kernel: Kernel): Rgb {
  const taps = Array.from({ length: toWidth }, (_, x) => tapsAt(x, picture.width / toWidth, picture.width, kernel));
  const data = new Uint8Array(toWidth * picture.height * 3);
  let to = 0;
  for (let y = 0; y < picture.height; y += 1) {
    for (const { start, weights } of taps) {
      writePixel(picture.data, (y * picture.width + start) * 3, weights, data, to);
      to += 3;
    }
  }
  return { width: toWidth, height: picture.height, data };
}

interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

/** The pixels that an output pixel is made of: as many as the filter covers, widened when the picture shrinks. */
function tapsAt(x: number, scale: number, width: number, kernel: Kernel): Taps {
  const stretch = Math.max(1, scale);
  const center = (x + 0.5) * scale;
  const start = Math.max(0, Math.trunc(center - kernel.support * stretch + 0.5));
  const end = Math.min(width, Math.trunc(center + kernel.support * stretch + 0.5));
  const raw = Array.from({ length: end - start }, (_, index) => kernel.weigh((start + index - center + 0.5) / stretch));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { start, weights: raw.map((weight) => fixedPoint(weight / total)) };
}

function fixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** PRECISION_BITS + (weight < 0 ? -0.5 : 0.5));
}

function writePixel(from: Uint8Array, start: number, weights: readonly number[], data: Uint8Array, to: number): void {
  for (let channel = 0; channel < 3; channel += 1) {
    let sum = HALF;
    for (let index = 0; index < weights.length; index += 1) {
      sum += (weights[index] ?? 0) * (from[start + index * 3 + channel] ?? 0);
    }
    data[to + channel] = Math.max(0, Math.min(255, sum >> PRECISION_BITS));
  }
}

function transpose({ width, height, data }: Rgb): Rgb {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      turned.set(data.subarray(from, from + 3), (x * height + y) * 3);
    }
  }
  return { width: height, height: width, data: turned };
}

/** Keys' cubic with a = -0.5. */
function catmullRom(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
