/** Which of a RAW file's previews to try, and in which order. */

/** `PreviewTIFF` is left out: asked for once, it makes ExifTool take seconds for each later CRW file. */
const LARGE_TAGS = ['JpgFromRaw', 'PreviewImage', 'OtherImage', 'JpgFromRaw2'] as const;
const SMALL_TAGS = ['ThumbnailImage', 'ThumbnailTIFF'] as const;
export type PreviewTag = (typeof LARGE_TAGS)[number] | (typeof SMALL_TAGS)[number];

/** Below this many pixels a preview says nothing about the photo: emptied stand-ins of 1x1 and 8x8 occur. */
export const MIN_PREVIEW_SIDE = 48;

export interface SizedPreview {
  readonly tag: PreviewTag;
  readonly width: number;
  readonly height: number;
}

/** The previews that a file announces, thumbnails apart: they are fetched only when nothing larger can be used. */
export function announcedPreviews(tags: Readonly<Record<string, unknown>>): readonly (readonly PreviewTag[])[] {
  const names = new Set(Object.keys(tags).map((key) => key.slice(key.lastIndexOf(':') + 1)));
  return [LARGE_TAGS, SMALL_TAGS].map((group) => group.filter((tag) => names.has(tag)));
}

/** The size that ExifTool tells of a tag, in `(Binary data 12167 bytes, use -b option to extract)`; 0 when it does not. */
export function announcedBytes(tags: Readonly<Record<string, unknown>>, tag: PreviewTag): number {
  const told = Object.entries(tags).find(([key]) => key.endsWith(`:${tag}`))?.[1];
  return Number(/^\(Binary data (\d{1,9}) bytes/.exec(String(told))?.[1] ?? 0);
}

/**
 * The order in which measured previews are decoded: the smallest whose shorter side is at least twice the model's
 * input, then larger ones, then smaller ones from the largest down.
 */
export function rankPreviews<T extends SizedPreview>(previews: readonly T[], inputSize: number): T[] {
  const side = (preview: SizedPreview): number => Math.min(preview.width, preview.height);
  const usable = previews.filter((preview) => side(preview) >= MIN_PREVIEW_SIDE);
  const ample = usable.filter((preview) => side(preview) >= 2 * inputSize).sort((a, b) => side(a) - side(b));
  const small = usable.filter((preview) => side(preview) < 2 * inputSize).sort((a, b) => side(b) - side(a));
  return [...ample, ...small];
}

/** The parent's orientation; 1 when it states none. */
export function parentOrientation(tags: Readonly<Record<string, unknown>>): number {
  return statedOrientation(tags) ?? 1;
}

/** IFD0's first, since a sub-picture may state another. XMP's not at all: no decoder turns a picture by it. */
export function statedOrientation(tags: Readonly<Record<string, unknown>>): number | undefined {
  const stated = ['IFD0:Orientation', ...Object.keys(tags).filter(isOrientation)].map((key) => tags[key]);
  const found = stated.find((value) => typeof value === 'number' && value >= 1 && value <= 8);
  if (typeof found === 'number') return found;
  const turned = { 90: 6, 180: 3, 270: 8 } as const; // CRW states degrees
  return turned[tags['CanonRaw:Rotation'] as keyof typeof turned];
}

function isOrientation(key: string): boolean {
  return key.endsWith(':Orientation') && !key.startsWith('XMP');
}
