import { createHash } from 'node:crypto';
import type { ClaimRequest, ClipCandidate, ClipClaim, ClipFailure, StoredEmbedding } from '../claim-types.js';
import type { PhotoFacts } from '../images/image-types.js';
import { MODEL } from './open-test-database.js';

export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A photo whose bytes are `content`; without it they are its own. */
export function photo(relPath: string, facts: Partial<PhotoFacts> & { readonly content?: string } = {}): PhotoFacts {
  const { content = relPath, ...rest } = facts;
  return {
    relPath,
    fileSize: 1000,
    modifiedAtMs: 1_600_000_000_000,
    contentHash: hashOf(content),
    mediaType: 'image/jpeg',
    width: 100,
    height: 50,
    orientation: 1,
    takenAt: null,
    takenAtOffsetMin: null,
    cameraMake: null,
    cameraModel: null,
    lensModel: null,
    iso: null,
    aperture: null,
    exposureS: null,
    focalLengthMm: null,
    gpsLatitude: null,
    gpsLongitude: null,
    changedAtMs: 1_600_000_000_000,
    inode: '1',
    skipReason: null,
    ...rest,
  };
}

export function claimOf(libraryId: number, request: Partial<ClaimRequest> = {}): ClaimRequest {
  return { libraryId, limit: 100, owner: 'me', leaseMs: 60_000, wantedModelVersion: MODEL.version, ...request };
}

/** Told by its bytes and its model, so that a test can see whose embedding a row has. */
export function vectorOf(contentHash: string, modelVersion: string): Float32Array {
  const seed = Number.parseInt(contentHash.slice(0, 6), 16) / 0xffffff;
  const model = modelVersion === MODEL.version ? 0.25 : modelVersion.charCodeAt(modelVersion.length - 1) / 128;
  return new Float32Array([seed, 1 - seed, 0.5, model]);
}

export function embeddingOf(
  { token }: Pick<ClipClaim, 'token'>,
  { id, contentHash }: Pick<ClipCandidate, 'id' | 'contentHash'>,
  changes: Partial<StoredEmbedding> = {},
): StoredEmbedding {
  const { modelVersion = MODEL.version } = changes;
  return {
    imageId: id,
    contentHash,
    token,
    modelVersion,
    embedding: vectorOf(contentHash, modelVersion),
    quality: 'full',
    decoderVersion: 'd1',
    ...changes,
  };
}

export function failureOf(
  { token }: ClipClaim,
  { id, contentHash }: Pick<ClipCandidate, 'id' | 'contentHash'>,
  changes: Partial<ClipFailure> = {},
): ClipFailure {
  return {
    imageId: id,
    contentHash,
    token,
    errorClass: 'photo',
    reason: 'undecodable',
    message: 'no picture in it',
    final: true,
    countsAttempt: true,
    nextAttemptAt: null,
    decoderVersion: 'd1',
    ...changes,
  };
}

export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}
