import sharp from 'sharp';
import { messageOf } from '../errors.js';
import type { DecodeInit, DecodeOutput } from './child-protocol.js';
import type { ChildWork } from './child-runtime.js';
import { cropBox } from './crop-box.js';

const FORMATS = new Set(['jpeg', 'png', 'webp']);

/** Decodes JPEG, PNG and WebP files to the pixels that the image tower takes; only for a process that may die. */
export async function openDecoder(init: DecodeInit): Promise<ChildWork<Uint8Array, DecodeOutput>> {
  sharp.cache(false);
  sharp.concurrency(1);
  // Every other loader is a door that nobody needs.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
  return {
    facts: { dimension: 0, provider: 'libvips' },
    run: (files) => Promise.all(files.map((file) => decode(file, init))),
  };
}

async function decode(file: Uint8Array, init: DecodeInit): Promise<DecodeOutput> {
  try {
    const refusal = await checkHeader(file, init.maxPixels);
    return refusal ?? { kind: 'pixels', data: await toPixels(file, init) };
  } catch (error) {
    return { kind: 'refused', reason: 'UNDECODABLE', message: messageOf(error) };
  }
}

/** Reads the header only: a bomb is refused before a pixel of it is made. */
async function checkHeader(file: Uint8Array, maxPixels: number): Promise<DecodeOutput | undefined> {
  const { format, width, height } = await sharp(file, { limitInputPixels: false }).metadata();
  if (!FORMATS.has(format))
    return { kind: 'refused', reason: 'UNSUPPORTED_MEDIA', message: `no decoder for ${format} here` };
  if (width * height > maxPixels)
    return { kind: 'refused', reason: 'TOO_LARGE', message: `${width}x${height} is above ${maxPixels} pixels` };
  return undefined;
}

async function toPixels(file: Uint8Array, init: DecodeInit): Promise<Uint8Array> {
  // Profiles are ignored because the reference pipeline ignores them: converting moves the vectors.
  const open = sharp(file, {
    limitInputPixels: init.maxPixels,
    failOn: 'error',
    ignoreIcc: true,
    sequentialRead: true,
  });
  const { autoOrient } = await sharp(file, { limitInputPixels: false }).metadata();
  const box = cropBox(autoOrient, init);
  const { data, info } = await open
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ width: box.width, height: box.height, fit: 'fill', kernel: init.kernel })
    .extract({ left: box.left, top: box.top, width: init.inputSize, height: init.inputSize })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels, not RGB`);
  return data;
}
