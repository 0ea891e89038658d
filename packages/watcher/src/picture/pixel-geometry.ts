/** Where pixels go: the reference pipeline's whole-number geometry, which a half pixel's difference would spoil. */
import type { PixelRecipe } from '@clip-watch/clip-client';

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
