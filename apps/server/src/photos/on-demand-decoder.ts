import type { DecodeHost, PhotoLocation } from '@clip-watch/watcher';
import { type Admission, type AdmissionLimits, createAdmission } from '../host/admission.js';
import { orLeave } from '../host/or-leave.js';

/** A file that somebody waits for. */
export interface WantedPhoto extends PhotoLocation {
  readonly contentHash?: string;
  /** In bytes, as far as it is known: what its decoding is counted as. */
  readonly fileSize: number;
}

type ThumbnailOptions = Parameters<DecodeHost['thumbnail']>[1];
type SearchOptions = NonNullable<Parameters<DecodeHost['prepareForSearch']>[2]>;

/** The decode host for whoever waits for an answer: all of them share one limit, whatever they ask for. */
export interface OnDemandDecoder {
  readonly decoderVersion: string;
  /** As `DecodeHost.thumbnail`; the signal ends the wait for room alone, so that what is made may be kept. @throws HostError BUSY */
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

/** A file and what its decoder needs lie in the child's memory together; half of this is the largest file that is read. */
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
    // No decoding gets the signal: a place that was left while its picture is still decoded would be no limit.
    thumbnail: (photo, { signal, ...options }) => run(photo, signal, () => decodeHost.thumbnail(photo, options)),
    prepareForSearch: (photo, target, { signal, ...options } = {}) =>
      orLeave(
        run(photo, signal, () => decodeHost.prepareForSearch(photo, target, options)),
        signal,
      ),
    load: admission.load,
  };
}
