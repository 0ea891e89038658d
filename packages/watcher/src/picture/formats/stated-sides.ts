/** A picture's size by its tags, where only ExifTool can tell: RAW files above all, which hold several pictures. */
import { exifFacts } from '../exif-facts.js';
import type { ExifTags } from '../host/worker-services.js';
import { uprightSize } from '../pixel-geometry.js';
import { MIN_PREVIEW_SIDE } from './preview-ranking.js';

export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** Of a DNG without its margins, what ExifTool makes of each maker's own tags, and those of the camera's own JPEG. */
export const SIDE_TAGS: readonly string[] = [
  ...['DefaultCropSize#', 'Composite:ImageSize#', 'ExifImageWidth#', 'ExifImageHeight#'],
].map((tag) => `-${tag}`);

const PAIR = /^(\d+(?:\.\d+)?)[ x](\d+(?:\.\d+)?)$/;

/**
 * Upright. Sensors have margins that nobody is shown, so a size that leaves them out goes first, unless it is that of
 * a small picture in the same file; then the largest picture counts.
 */
export function sidesOfRaw(tags: ExifTags): Sides | undefined {
  const stored = storedSides(tags).filter(({ width, height }) => Math.min(width, height) >= MIN_PREVIEW_SIDE);
  const largest = largestOf(stored);
  const shown = [largestOf(pairsOf(tags, ':DefaultCropSize')), pairsOf(tags, 'Composite:ImageSize')[0]];
  const best = shown.find((sides) => sides !== undefined && isMain(sides, largest));
  const sides = best ?? largest;
  return upright(sides && withSquarePixels(sides, tags), tags);
}

/** Upright, of a file that is no RAW: its largest picture. */
export function sidesFromTags(tags: ExifTags): Sides | undefined {
  return upright(largestOf(storedSides(tags)), tags);
}

/** Some sensors (Fujifilm S3 and S5 Pro, Nikon D1X) have pixels that are twice as high as wide: the camera's JPEG tells. */
function withSquarePixels({ width, height }: Sides, tags: ExifTags): Sides {
  const [shownWidth, shownHeight] = [tags['ExifIFD:ExifImageWidth'], tags['ExifIFD:ExifImageHeight']];
  if (!isSide(shownWidth) || !isSide(shownHeight)) return { width, height };
  const stretch = width / height / (shownWidth / shownHeight);
  return stretch > 1.8 && stretch < 2.2 ? { width, height: 2 * height } : { width, height };
}

function isMain(sides: Sides, largest: Sides | undefined): boolean {
  const isSmall = Math.min(sides.width, sides.height) < MIN_PREVIEW_SIDE;
  return !isSmall && areaOf(sides) * 2 >= (largest === undefined ? 0 : areaOf(largest));
}

function storedSides(tags: ExifTags): Sides[] {
  return Object.keys(tags)
    .filter((key) => key.endsWith(':ImageWidth'))
    .map((key) => ({ width: tags[key], height: tags[key.replace('ImageWidth', 'ImageHeight')] }))
    .filter((sides): sides is Sides => isSide(sides.width) && isSide(sides.height));
}

/** Written as `6000 4000`. A DNG may have fractions of a pixel. */
function pairsOf(tags: ExifTags, name: string): Sides[] {
  return Object.keys(tags)
    .filter((key) => key.endsWith(name))
    .map((key) => PAIR.exec(String(tags[key])))
    .map((match) => ({ width: Math.round(Number(match?.[1])), height: Math.round(Number(match?.[2])) }))
    .filter((sides) => isSide(sides.width) && isSide(sides.height));
}

function largestOf(all: readonly Sides[]): Sides | undefined {
  return [...all].sort((a, b) => areaOf(b) - areaOf(a))[0];
}

function areaOf({ width, height }: Sides): number {
  return width * height;
}

function upright(sides: Sides | undefined, tags: ExifTags): Sides | undefined {
  return sides && uprightSize(sides.width, sides.height, exifFacts(tags).orientation ?? 1);
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}
