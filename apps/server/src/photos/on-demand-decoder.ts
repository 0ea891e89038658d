import type { DecodeHost, PhotoLocation } from '@clip-watch/watcher';
import { type Admission, type AdmissionLimits, createAdmission } from '../host/admission.js';
import { orLeave } from '../host/or-leave.js';

/** A file whose pixels somebody is waiting for. */
export interface WantedPhoto extends PhotoLocation {
  readonly contentHash?: string;
  /** In bytes, as last known: how much its decoding counts towards the limit. */
  readonly fileSize: number;
}

type ThumbnailOptions = Parameters<DecodeHost['thumbnail']>[1];
type SearchOptions = NonNullable<Parameters<DecodeHost['prepareForSearch']>[2]>;

/** The decode host for callers that are waiting for an answer. They all share one limit, whatever they ask for. */
export interface OnDemandDecoder {
  readonly decoderVersion: string;
  /**
   * As `DecodeHost.thumbnail`, but the signal only ends the wait for room: a thumbnail that is begun is kept.
   * @throws HostError BUSY
   */
  thumbnail(
    photo: WantedPhoto & { readonly contentHash: string },
    options: ThumbnailOptions,
  ): ReturnType<DecodeHost['thumbnail']>;
  /** As `DecodeHost.prepareForSearch`. @throws HostError BUSY */
  prepareForSearch(
    photo: WantedPhoto,
    target: Parameters<DecodeHost['prepareForSearch']>[1],
    options?: SearchOptions,
  ): ReturnType<DecodeHost['prepareForSearch']>;
  load: Admission['load'];
}

/**
 * The child holds a file and its decoder's buffers in memory at once. Half of this is the largest file that is read.
 */
const LIMITS: AdmissionLimits = { atOnce: 16, bytes: 1 << 30, waiting: 512 };

export function createOnDemandDecoder(
  decodeHost: Pick<DecodeHost, 'thumbnail' | 'prepareForSearch' | 'decoderVersion'>,
  limits: AdmissionLimits = LIMITS,
): OnDemandDecoder {
  const admission = createAdmission(limits);
  const run = <T>(photo: WantedPhoto, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> =>
    admission.run({ bytes: photo.fileSize, group: photo.rootPath, signal }, work);
  return {
    decoderVersion: decodeHost.decoderVersion,
    // The decode does not get the signal: a place that is given up before the decode ends would limit nothing.
    thumbnail: (photo, { signal, ...options }) => run(photo, signal, () => decodeHost.thumbnail(photo, options)),
    prepareForSearch: (photo, target, { signal, ...options } = {}) =>
      orLeave(
        run(photo, signal, () => decodeHost.prepareForSearch(photo, target, options)),
        signal,
      ),
    load: admission.load,
  };
}
