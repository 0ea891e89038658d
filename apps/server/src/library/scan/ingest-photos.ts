import type { ImageExifDao, PhotoFacts } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { DecodeHost, Reason } from '@clip-watch/watcher';
import { messageOf } from '../../errors.js';
import { mapBounded } from '../../host/map-bounded.js';

/** A file that has no row because it could not be read. Every scan tries it again. */
export interface IngestProblem {
  readonly relPath: string;
  readonly reason: Reason;
  readonly message: string;
}

export interface IngestResult {
  readonly added: number;
  readonly changed: number;
  readonly problems: readonly IngestProblem[];
}

export interface IngestDeps {
  readonly images: Pick<ImageExifDao, 'upsertPhotos'>;
  readonly decodeHost: Pick<DecodeHost, 'ingest'>;
  /** How many photos are read at once. */
  readonly parallel: number;
}

const ROWS_PER_WRITE = 100;
const WRITE_AFTER_MS = 200;

/** Reads each photo once (hash, size, EXIF) and writes the rows in batches. One bad file never stops the others. */
export async function ingestPhotos(
  deps: IngestDeps,
  library: LibraryRoot & { readonly id: number },
  relPaths: readonly string[],
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void } = {},
): Promise<IngestResult> {
  const problems: IngestProblem[] = [];
  const total = { added: 0, changed: 0, problems };
  let batch: PhotoFacts[] = [];
  let writtenAt = performance.now();
  const write = async (): Promise<void> => {
    const rows = batch;
    batch = [];
    writtenAt = performance.now();
    if (rows.length === 0) return;
    const { added, changed } = await deps.images.upsertPhotos(library.id, rows);
    total.added += added;
    total.changed += changed;
    options.onProgress?.(rows.length);
  };
  for await (const photo of mapBounded(relPaths, deps.parallel, (relPath) =>
    readPhoto(deps, library, relPath, options.signal),
  )) {
    if (photo.kind === 'facts') batch.push({ ...photo.facts, skipReason: null });
    else total.problems.push(photo.problem);
    if (batch.length >= ROWS_PER_WRITE || performance.now() - writtenAt > WRITE_AFTER_MS) await write();
  }
  await write();
  options.signal?.throwIfAborted();
  return total;
}

type ReadPhoto =
  | { readonly kind: 'facts'; readonly facts: Omit<PhotoFacts, 'skipReason'> }
  | { readonly kind: 'problem'; readonly problem: IngestProblem };

async function readPhoto(
  { decodeHost }: IngestDeps,
  { rootPath, rootIdentity }: LibraryRoot,
  relPath: string,
  signal?: AbortSignal,
): Promise<ReadPhoto> {
  try {
    const photo = await decodeHost.ingest({ rootPath, rootIdentity, relPath }, signal ? { signal } : {});
    if (photo.kind === 'facts') return photo;
    return { kind: 'problem', problem: { relPath, reason: photo.reason, message: photo.message } };
  } catch (error) {
    signal?.throwIfAborted();
    return { kind: 'problem', problem: { relPath, reason: 'ingest_failed', message: messageOf(error) } };
  }
}
