/** Where pixels go: the reference pipeline's whole-number geometry, which a half pixel's difference would spoil. */
import type { PixelRecipe } from '@clip-watch/clip-client';
import type { CropBox } from '../picture-types.js';

export interface PixelGeometry {
  /** Size to which the whole upright picture is scaled. */
  readonly width: number;
  readonly height: number;
  /** The part that is sent. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/**
 * Scales as the Python pipelines do: the shorter side exactly, the longer one rounded down, the crop's corner rounded
 * down. A picture is never cropped beyond its edge: a `resizeSize` below `inputSize` counts as `inputSize`.
 */
export function planPixels(width: number, height: number, recipe: PixelRecipe): PixelGeometry {
  const side = recipe.inputSize;
  if (recipe.resizeMode === 'stretch') return { width: side, height: side, left: 0, top: 0, side };
  const target = Math.max(recipe.resizeSize, side);
  const scaled =
    width <= height
      ? { width: target, height: Math.trunc((target * height) / width) }
      : { width: Math.trunc((target * width) / height), height: target };
  return { ...scaled, left: (scaled.width - side) >> 1, top: (scaled.height - side) >> 1, side };
}

/** Size of a picture after its EXIF orientation (1 to 8; anything else counts as 1) is applied. */
export function uprightSize(width: number, height: number, orientation = 1): { width: number; height: number } {
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
}

/** The part of a picture that is scaled. */
export interface PicturePart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Nothing is cut away. */
  readonly whole: boolean;
}

/** A ratio of sides beyond which the scaled picture would be huge although only its middle is sent. */
const MAX_ASPECT = 16;

/** The wanted part in pixels, at least one; of a very long picture only the middle, since no more of it is sent. */
export function planPart(width: number, height: number, recipe: PixelRecipe, crop: CropBox | null): PicturePart {
  const box = crop === null ? { left: 0, top: 0, width, height } : cropInPixels(width, height, crop);
  const longest = recipe.resizeMode === 'stretch' ? Infinity : Math.min(box.width, box.height) * MAX_ASPECT;
  const part = { width: Math.min(box.width, longest), height: Math.min(box.height, longest) };
  const left = box.left + ((box.width - part.width) >> 1);
  const top = box.top + ((box.height - part.height) >> 1);
  return { left, top, ...part, whole: part.width === width && part.height === height };
}

function cropInPixels(width: number, height: number, crop: CropBox): Omit<PicturePart, 'whole'> {
  const left = Math.min(width - 1, Math.floor(crop.x * width));
  const top = Math.min(height - 1, Math.floor(crop.y * height));
  return {
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round(crop.width * width))),
    height: Math.max(1, Math.min(height - top, Math.round(crop.height * height))),
  };
}
