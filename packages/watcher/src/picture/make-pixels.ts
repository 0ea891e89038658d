/** The model's exact input: 8-bit RGB at its size, as close to the reference pipeline as speed allows. */
import type { PixelRecipe, ResampleFilter } from '@clip-watch/clip-client';
import type { CropBox } from '../picture-types.js';
import { openSharp, runSharp } from './decode-sharp.js';
import type { LoadedPicture } from './load-picture.js';
import { planPixels } from './pixel-geometry.js';

const KERNELS = { bicubic: 'cubic', bilinear: 'linear', lanczos: 'lanczos3' } as const satisfies Record<
  ResampleFilter,
  string
>;

export interface PixelOptions {
  readonly crop?: CropBox | null;
  /** Lets the JPEG decoder give a half, a quarter or an eighth of the size: a fifth of the work. Default true. */
  readonly shrinkOnLoad?: boolean;
}

/**
 * @returns `inputSize * inputSize * 3` bytes, a buffer of its own
 * @throws PictureProblem
 */
export async function makePixels(
  picture: LoadedPicture,
  recipe: PixelRecipe,
  options: PixelOptions = {},
): Promise<Uint8Array> {
  const part = partOf(picture, options.crop ?? null, recipe);
  const plan = planPixels(part.width, part.height, recipe);
  return runSharp(picture.input, async () => {
    let image = openSharp(picture.input, { ignoreIcc: true });
    if (part.cut) image = image.extract({ left: part.left, top: part.top, width: part.width, height: part.height });
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .resize(plan.width, plan.height, {
        fit: 'fill',
        kernel: KERNELS[recipe.resampleFilter],
        fastShrinkOnLoad: options.shrinkOnLoad ?? true,
      })
      .extract({ left: plan.left, top: plan.top, width: plan.side, height: plan.side })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return owned(data, info.width, info.height, info.channels);
  });
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly cut: boolean;
}

/** A ratio of sides beyond which the scaled picture would be huge although only its middle is sent. */
const MAX_ASPECT = 16;

function partOf(picture: LoadedPicture, crop: CropBox | null, recipe: PixelRecipe): Part {
  const box =
    crop === null ? { left: 0, top: 0, width: picture.width, height: picture.height } : inPixels(picture, crop);
  if (recipe.resizeMode === 'stretch') return { ...box, cut: crop !== null };
  const longest = Math.max(1, Math.min(box.width, box.height)) * MAX_ASPECT;
  const width = Math.min(box.width, longest);
  const height = Math.min(box.height, longest);
  const left = box.left + ((box.width - width) >> 1);
  const top = box.top + ((box.height - height) >> 1);
  return { left, top, width, height, cut: width < picture.width || height < picture.height };
}

function inPixels(picture: LoadedPicture, crop: CropBox): Omit<Part, 'cut'> {
  const left = Math.min(picture.width - 1, Math.floor(crop.x * picture.width));
  const top = Math.min(picture.height - 1, Math.floor(crop.y * picture.height));
  const width = Math.max(1, Math.min(picture.width - left, Math.round(crop.width * picture.width)));
  const height = Math.max(1, Math.min(picture.height - top, Math.round(crop.height * picture.height)));
  return { left, top, width, height };
}

/** Grey comes back as one channel; the model takes three. */
function owned(data: Buffer, width: number, height: number, channels: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  if (channels === 3) {
    pixels.set(data);
    return pixels;
  }
  for (let index = 0; index < width * height; index += 1) {
    pixels.fill(data[index * channels] ?? 0, index * 3, index * 3 + 3);
  }
  return pixels;
}
