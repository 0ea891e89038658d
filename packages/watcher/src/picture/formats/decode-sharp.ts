/** The one door to sharp: what it may open, how it fails, how long it may take. */
import sharp, { type Sharp } from 'sharp';
import { PictureProblem, saysTooLarge } from '../photo-reasons.js';
import { isCutShort } from './cut-short.js';
import { isBeyondDecoders } from './decoder-gaps.js';
import type { Content } from './sniff-content.js';
import type { TiffPlace } from './tiff-kind.js';

/** What a sharp pipeline starts from: a picture file, or pixels that another decoder made. */
export type PictureInput =
  | {
      readonly kind: 'file';
      readonly data: Buffer;
      readonly content: Content;
      readonly oriented: boolean;
      /** Of a file with several pictures; undefined for its first. */
      readonly place?: TiffPlace;
    }
  | {
      readonly kind: 'raw';
      readonly data: Buffer;
      readonly width: number;
      readonly height: number;
      readonly channels: 3 | 4;
    };

/** Below the host's own deadline, so that a slow picture ends here and not with its child. */
const TIMEOUT_SECONDS = 20;
const WANTED_LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((name) => `VipsForeignLoad${name}`);

/**
 * Settles what libvips may do in this process: no SVG, no PDF, no ImageMagick; no cache that holds photos; one thread
 * a picture, since there is a picture a core. Once, before the first picture: it holds for all threads.
 */
export function restrictSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: WANTED_LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
}

/** Starts a pipeline, upright. `ignoreIcc`: leaves the numbers as they are, for models; people get sRGB. */
export function openSharp(input: PictureInput, options: { readonly ignoreIcc: boolean }): Sharp {
  const common = { limitInputPixels: false, ignoreIcc: options.ignoreIcc } as const;
  if (input.kind === 'raw') {
    const { width, height, channels } = input;
    return sharp(input.data, { ...common, raw: { width, height, channels } }).timeout({ seconds: TIMEOUT_SECONDS });
  }
  // A TIFF with a missing strip is filled with black unless libtiff's errors count; JPEGs with odd but harmless
  // headers must pass, so there only a missing end counts.
  const failOn = input.content.name === 'tiff' ? 'error' : 'truncated';
  const place = input.place && { page: input.place.page, tiff: { subifd: input.place.subifd } };
  const opened = sharp(input.data, { ...common, failOn, ...place }).timeout({ seconds: TIMEOUT_SECONDS });
  return input.oriented ? opened : opened.autoOrient();
}

/** Runs a pipeline and names its failure. @throws PictureProblem */
export async function runSharp<T>(input: PictureInput, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await run();
  } catch (error) {
    if (error instanceof PictureProblem) throw error; // ours already
    throw problemFromSharp(error, input, performance.now() - started);
  }
}

/** By the clock and the bytes: libvips keeps one error text for all threads, and its words may be another picture's. */
function problemFromSharp(error: unknown, input: PictureInput, tookMs: number): PictureProblem {
  const problem = (reason: PictureProblem['reason'], message: string): PictureProblem =>
    new PictureProblem(reason, message, { cause: error });
  if (tookMs >= TIMEOUT_SECONDS * 900) return problem('timeout', `It took ${Math.round(tookMs / 1000)} s.`); // sharp's clock has whole seconds
  if (input.kind === 'file' && isCutShort(input.data, input.content))
    return problem('truncated', `The end of the ${input.content.name} file is missing.`);
  if (input.kind === 'file' && isBeyondDecoders(input.data, input.content))
    return problem('unsupported_media', `There is no decoder for this kind of ${input.content.name}.`);
  const name = input.kind === 'file' ? input.content.name : 'raw';
  if (name === 'avif' && error instanceof Error && saysTooLarge(error.message))
    return problem('too_many_pixels', 'The AVIF picture is larger than its decoder may open.');
  return problem('corrupt', `The ${name} data is damaged.`);
}
