/** The model's exact input: 8-bit RGB at its size, as close to the reference pipeline as speed allows. */
import type { PixelRecipe, ResampleFilter } from '@clip-watch/clip-client';
import type { Sharp } from 'sharp';
import type { CropBox } from '../picture-types.js';
import { type Rgb, resamplePicture } from './enlarge.js';
import { openSharp, runSharp } from './formats/decode-sharp.js';
import { writeInks } from './formats/inks.js';
import type { LoadedPicture } from './load-picture.js';
import { type PicturePart, type PixelGeometry, planPart, planPixels } from './pixel-geometry.js';

const KERNELS = { bicubic: 'cubic', bilinear: 'linear', lanczos: 'lanczos3' } as const satisfies Record<
  ResampleFilter,
  string
>;

export interface PixelOptions {
  readonly crop?: CropBox | null;
  /** Lets the JPEG decoder give a half, a quarter or an eighth of the size: a fifth of the work. Default true. */
  readonly shrinkOnLoad?: boolean;
}

/** Its decoder shrinks by averages down to the very size, which is another picture where edges are sharp. */
const MAX_WHOLE_WEBP_PIXELS = 4e6;

/** Above this a picture is not enlarged by hand, however narrow it is. */
const MAX_ENLARGED_PIXELS = 4e6;

/**
 * @returns `inputSize * inputSize * 3` bytes, a buffer of its own
 * @throws PictureProblem
 */
export function makePixels(
  picture: Pick<LoadedPicture, 'input' | 'width' | 'height' | 'isCmyk'>,
  recipe: PixelRecipe,
  options: PixelOptions = {},
): Promise<Uint8Array> {
  const part = planPart(picture.width, picture.height, recipe, options.crop ?? null);
  const plan = planPixels(part.width, part.height, recipe);
  const small = part.width * part.height <= MAX_ENLARGED_PIXELS;
  const enlarges = small && (plan.width > part.width || plan.height > part.height);
  return runSharp(picture.input, async () => {
    const opened = openSharp(picture.input, { ignoreIcc: true });
    // libvips would go through a printer's profile; the reference pipeline multiplies the inks.
    const numbers = picture.isCmyk === true ? opened.pipelineColourspace('cmyk') : opened;
    const image = onlyPart(numbers, part)
      .flatten({ background: '#ffffff' })
      .toColourspace(picture.isCmyk === true ? 'cmyk' : 'srgb');
    if (enlarges) {
      const picture = await rgbOf(image);
      return squareOf(resamplePicture(picture, plan.width, plan.height, recipe.resampleFilter), plan);
    }
    const kernel = KERNELS[recipe.resampleFilter];
    const fastShrinkOnLoad = (options.shrinkOnLoad ?? true) && !isSmallWebp(picture);
    // Cut by hand: behind an `extract` sharp turns a picture before it scales it, with all of its pixels in memory.
    return squareOf(
      await rgbOf(image.resize(plan.width, plan.height, { fit: 'fill', kernel, fastShrinkOnLoad })),
      plan,
    );
  });
}

function isSmallWebp({ input, width, height }: Pick<LoadedPicture, 'input' | 'width' | 'height'>): boolean {
  const isWebp = input.kind === 'file' && input.content.name === 'webp';
  return isWebp && width * height <= MAX_WHOLE_WEBP_PIXELS;
}

function onlyPart(image: Sharp, { left, top, width, height, whole }: PicturePart): Sharp {
  return whole ? image : image.extract({ left, top, width, height });
}

function squareOf({ width, data }: Rgb, { left, top, side }: PixelGeometry): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y += 1) {
    const start = ((top + y) * width + left) * 3;
    pixels.set(data.subarray(start, start + side * 3), y * side * 3);
  }
  return pixels;
}

async function rgbOf(image: Sharp): Promise<Rgb> {
  const output = image.raw({ depth: 'uchar' });
  const { data, info } = await output.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = new Uint8Array(width * height * 3);
  if (channels === 3) pixels.set(data);
  else if (channels === 4) for (let at = 0; at < width * height; at += 1) writeInks(data, at * 4, pixels, at * 3);
  else for (let at = 0; at < width * height; at += 1) pixels.fill(data[at * channels] ?? 0, at * 3, at * 3 + 3);
  return { width, height, data: pixels };
}
