import type { ClipCandidate, ClipClaim } from '../claim-types.js';
import type { ClipModelState, ClipStateDao } from '../database-types.js';
import type { ImageExifDao } from '../images/image-exif-dao-types.js';
import type { ImageRow } from '../images/image-types.js';
import { PATHS } from './backlog-steps.js';

export const LEASE_MS = 60_000;
export const DAY_MS = 86_400_000;

interface Held {
  readonly claim: ClipClaim;
  readonly modelVersion: string;
  readonly left: ClipCandidate[];
}

/** One random program's table, and what it remembers of its own doings. */
export interface World {
  readonly images: ImageExifDao;
  readonly clipState: ClipStateDao;
  readonly libraryId: number;
  readonly clock: { time: number };
  /** The last claims, whose rows are still to get an outcome. */
  readonly held: Held[];
  /** Who holds which row, by what each step answered. */
  readonly tokens: Map<number, string>;
  /** Bytes with a final verdict, since somebody last asked to try again. */
  readonly condemned: Set<string>;
  /** Models whose vectors are dropped once they retire. */
  readonly dropped: Set<string>;
  /** Bytes and model of vectors whose row was removed. */
  readonly kept: Set<string>;
  /** Verdicts on bytes. */
  readonly tried: Map<string, number>;
}

export function keptKey(contentHash: string, modelVersion: string | null): string {
  return `${contentHash} in ${modelVersion}`;
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

/** While they differ, the photos change from the one to the other. */
export function isChanging({ activeModelVersion, wantedModelVersion }: ClipModelState): boolean {
  return activeModelVersion !== wantedModelVersion;
}

/** Whether a row has its outcome in a model, as its own or waiting. */
export function hasOutcomeIn(row: ImageRow, modelVersion: string | null): boolean {
  const { modelVersion: own, nextModelVersion, nextAttemptAt } = row.clip;
  return own === modelVersion || (nextModelVersion === modelVersion && nextAttemptAt === null);
}

/** Whether it has a vector in it. */
export function hasVectorIn(row: ImageRow, modelVersion: string | null): boolean {
  const { clip } = row;
  if (modelVersion === null || clip.modelVersion === modelVersion) return clip.modelVersion !== null;
  return clip.nextModelVersion === modelVersion && clip.nextAttemptAt === null && !isVerdict(row);
}

/** Failed for good in the wanted model, be it that its vector of before is still there. */
export function isVerdict({ clip }: ImageRow): boolean {
  if (clip.status === 'failed') return true;
  return clip.status === 'encoded' && clip.errorClass !== null && clip.nextAttemptAt === null;
}
