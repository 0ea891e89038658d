import { openDecodeHost } from '../picture/host/decode-host.js';
import type { DecodeHostOptions } from '../picture/host/decode-host-options.js';
import type { DecodeHost } from '../picture-types.js';

/** A model's input, small enough to cost nothing. */
export const SMALL_TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;

/** A decode host whose child, and what that starts, has a library loaded before all others. */
export async function openFaultyHost(preload: string, options: DecodeHostOptions): Promise<DecodeHost> {
  process.env.LD_PRELOAD = preload;
  try {
    return await openDecodeHost({ nice: 0, ...options }); // its deadlines are short
  } finally {
    delete process.env.LD_PRELOAD;
  }
}
