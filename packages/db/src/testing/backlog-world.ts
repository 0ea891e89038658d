import type { ClipCandidate, ClipClaim } from '../claim-types.js';
import type { ImageExifDao } from '../image-exif-dao-types.js';
import type { ImageRow } from '../image-types.js';
import { PATHS } from './backlog-steps.js';

export const LEASE_MS = 60_000;
export const DAY_MS = 86_400_000;

interface Held {
  readonly claim: ClipClaim;
  readonly left: ClipCandidate[];
}

/** One random program's table, and what it remembers of its own doings. */
export interface World {
  readonly images: ImageExifDao;
  readonly libraryId: number;
  readonly clock: { time: number };
  /** The last claims, whose rows are still to get an outcome. */
  readonly held: Held[];
  /** Who holds which row, by what each step answered. */
  readonly tokens: Map<number, string>;
  /** Bytes with a final verdict, since somebody last asked to try again. */
  readonly condemned: Set<string>;
  /** Verdicts on bytes. */
  readonly tried: Map<string, number>;
}

/** @throws Error that names the fact which does not hold */
export function hold(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Error(what);
}

export async function readRows({
  images,
  libraryId,
}: Pick<World, 'images' | 'libraryId'>): Promise<readonly ImageRow[]> {
  const known = await images.pageKnownFiles({ libraryId, after: null, limit: 100 });
  return images.findImages(known.map(({ id }) => id));
}

export async function rowAt({ images, libraryId }: World, index: number): Promise<ImageRow | null> {
  return images.findImageByPath(libraryId, PATHS[index] ?? '');
}
