import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '@clip-watch/processes';
import type { ChangedPhoto, PictureFailure } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import type { ApiThumbnailSize } from '../api/index.js';
import { createSharedWork, type SharedWork } from '../host/shared-work.js';
import type { OnDemandDecoder, WantedPhoto } from './on-demand-decoder.js';
import { isWholeWebp } from './whole-webp.js';

const LONGER_SIDE: Readonly<Record<ApiThumbnailSize, number>> = { grid: 512, view: 1_920 };
// Reading the sizes of a whole cache at once would hold up requests.
const STATS_AT_ONCE = 64;
const EVICT_TO = 0.9;
/**
 * Raised when older thumbnails must not be shown any more. 2: thumbnails are made only of bytes that match the hash.
 */
const GENERATION = 2;

export interface ThumbnailCacheOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly decoder: Pick<OnDemandDecoder, 'thumbnail' | 'decoderVersion'>;
  readonly log?: Pick<BaseLogger, 'warn' | 'debug'>;
}

export type ThumbnailPhoto = WantedPhoto & { readonly contentHash: string };

export type Thumbnail = { readonly kind: 'webp'; readonly data: Uint8Array } | ChangedPhoto | PictureFailure;

/** Thumbnails on disk, named after the photo's bytes: copies share one, and a changed photo gets a new one. */
export interface ThumbnailCache {
  etagOf(contentHash: string, size: ApiThumbnailSize): string;
  /**
   * Reads the thumbnail from the cache, or makes it. `changed`: the file does not match the hash, and nothing is kept.
   * @param signal when every caller has left, a thumbnail is not begun any more; one that was begun is kept
   * @throws HostError BUSY
   */
  get(photo: ThumbnailPhoto, size: ApiThumbnailSize, signal?: AbortSignal): Promise<Thumbnail>;
  readonly bytes: number;
}

/** Existing thumbnails are listed in the background; until that is done, they do not count towards the size. */
export function openThumbnailCache(options: ThumbnailCacheOptions): ThumbnailCache {
  return new DiskCache(options);
}

class DiskCache implements ThumbnailCache {
  bytes = 0;
  readonly #options: ThumbnailCacheOptions;
  /** Of the decoder and this cache, in a form for file names: another decoder may render the same bytes differently. */
  readonly #version: string;
  /** Least recently used first. */
  #sizes = new Map<string, number>();
  readonly #making: SharedWork<Thumbnail> = createSharedWork();
  #evicting: Promise<void> | null = null;

  constructor(options: ThumbnailCacheOptions) {
    this.#options = options;
    const { decoderVersion } = options.decoder;
    this.#version = createHash('sha256').update(`${GENERATION} ${decoderVersion}`).digest('hex').slice(0, 8);
    this.#load().catch((err: unknown) =>
      options.log?.warn({ err }, 'cannot read the thumbnail cache; it starts empty'),
    );
  }

  etagOf(contentHash: string, size: ApiThumbnailSize): string {
    return `"${contentHash.slice(0, 32)}-${size}-${this.#version}"`;
  }

  get(photo: ThumbnailPhoto, size: ApiThumbnailSize, signal?: AbortSignal): Promise<Thumbnail> {
    const name = this.#nameOf(photo.contentHash, size);
    // If several clients ask for one thumbnail at the same time, it is made once, even if some of them leave.
    return this.#making.join(name, signal, (unwanted) => this.#readOrMake(name, photo, size, unwanted));
  }

  #nameOf(contentHash: string, size: ApiThumbnailSize): string {
    return `${contentHash.slice(0, 2)}/${contentHash}-${size}-${this.#version}.webp`;
  }

  async #readOrMake(
    name: string,
    photo: ThumbnailPhoto,
    size: ApiThumbnailSize,
    signal: AbortSignal,
  ): Promise<Thumbnail> {
    const path = join(this.#options.folder, name);
    const kept = await readFile(path).catch(() => null); // Not there yet.
    if (kept !== null && isWholeWebp(kept)) {
      this.#touch(name, kept.length);
      const now = new Date();
      // Only for the next start, to know what was used recently. Not awaited: it would stall while the disk commits.
      void utimes(path, now, now).catch(() => {});
      return { kind: 'webp', data: kept };
    }
    const made = await this.#options.decoder.thumbnail(photo, { maxSide: LONGER_SIDE[size], signal });
    if (made.kind === 'webp') await this.#keep(name, made.data);
    return made;
  }

  async #keep(name: string, data: Uint8Array): Promise<void> {
    if (this.#options.maxBytes === 0) return;
    const path = join(this.#options.folder, name);
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, data);
      this.#touch(name, data.length);
    } catch (err) {
      this.#options.log?.warn({ err }, 'cannot keep a thumbnail; it is made again next time');
    }
  }

  #touch(name: string, size: number): void {
    this.bytes += size - (this.#sizes.get(name) ?? 0);
    this.#sizes.delete(name);
    this.#sizes.set(name, size);
    if (this.bytes <= this.#options.maxBytes) return;
    this.#evicting ??= this.#evict().finally(() => {
      this.#evicting = null;
    });
  }

  async #evict(): Promise<void> {
    const target = this.#options.maxBytes * EVICT_TO;
    for (const [name, size] of this.#sizes) {
      if (this.bytes <= target) return;
      this.#sizes.delete(name);
      this.bytes -= size;
      await rm(join(this.#options.folder, name), { force: true }).catch(() => {}); // Read-only by now: the file stays, unused.
    }
  }

  async #load(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    const all = await readdir(this.#options.folder, { recursive: true });
    await this.#removeDrafts(all.filter((name) => name.includes('.webp') && !name.endsWith('.webp')));
    const names = all.filter((name) => name.endsWith('.webp'));
    const found: { name: string; size: number; at: number }[] = [];
    for (let start = 0; start < names.length; start += STATS_AT_ONCE)
      found.push(...(await Promise.all(names.slice(start, start + STATS_AT_ONCE).map((name) => this.#measure(name)))));
    found.sort((left, right) => left.at - right.at);
    // What was used since the start is the most recent.
    const usedMeanwhile = this.#sizes;
    this.#sizes = new Map();
    this.bytes = 0;
    for (const { name, size } of found) if (!usedMeanwhile.has(name) && size > 0) this.#touch(name, size);
    for (const [name, size] of usedMeanwhile) this.#touch(name, size);
  }

  /** Left by a process that was killed while it wrote them. */
  async #removeDrafts(names: readonly string[]): Promise<void> {
    // A draft is named after its thumbnail. Those that are being made right now are ours.
    const left = names.filter((name) => !this.#making.has(name.slice(0, name.lastIndexOf('.webp') + '.webp'.length)));
    for (const name of left) await rm(join(this.#options.folder, name), { force: true });
  }

  async #measure(name: string): Promise<{ name: string; size: number; at: number }> {
    const facts = await stat(join(this.#options.folder, name)).catch(() => null); // It may have been evicted by now.
    return { name, size: facts?.size ?? 0, at: facts?.mtimeMs ?? 0 };
  }
}
