/** What the picture side promises to the drain and to the host. Defined here so that both can be built against it. */
import type { PixelRecipe } from '@clip-watch/clip-client';
import type { ClipErrorClass, ClipQuality, PhotoFacts } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';

/** One photo of one library. `relPath` uses `/` and is relative to `rootPath`. */
export interface PhotoLocation extends LibraryRoot {
  readonly relPath: string;
}

/** What the encoder in force can take. */
export interface EncodeTarget {
  /** Absent: encoded bytes only. */
  readonly pixels?: PixelRecipe;
  readonly acceptedMediaTypes: readonly string[];
  readonly maxImageBytes?: number;
}

/** Typed failure of one picture. The list of reasons is in `photo-reasons.ts`. */
export interface PictureFailure {
  readonly kind: 'failed';
  readonly reason: string;
  readonly errorClass: Extract<ClipErrorClass, 'photo' | 'environment' | 'bug'>;
  /** False: may pass on another try (`timeout`, a file that is still growing, a full disk). */
  readonly sure: boolean;
  readonly message: string;
}

export type PreparedPicture =
  | {
      readonly kind: 'pixels';
      readonly contentHash: string;
      readonly width: number;
      readonly height: number;
      /** RGB, `width * height * 3` bytes, a buffer of its own. */
      readonly data: Uint8Array;
      readonly quality: ClipQuality;
      /** For the debug line: where the pixels came from, for example `PreviewImage 1620x1080`. */
      readonly source: string;
    }
  | {
      readonly kind: 'encoded';
      readonly contentHash: string;
      readonly data: Uint8Array;
      readonly mediaType: string;
      readonly quality: ClipQuality;
      readonly source: string;
    }
  /** The bytes are not those of `contentHash` any more: the row is to be ingested again. */
  | { readonly kind: 'changed'; readonly contentHash: string }
  | PictureFailure;

export type IngestedPhoto = { readonly kind: 'facts'; readonly facts: Omit<PhotoFacts, 'skipReason'> } | PictureFailure;

/**
 * A child process that opens, hashes, decodes and reads photos. What a file can do ends there: a hang, a crash or a
 * bomb costs that child, which is replaced; calls of the neighbours are repeated in the new one.
 * `clip_crashes` counting needs to know: a call whose photo was in hand when a child died rejects with
 * `DecodeHostError` code `CHILD_DIED` unless it ran alone, then it resolves to `failed` / `crashed_decoder`.
 */
export interface DecodeHost extends AsyncDisposable {
  /** Changes whenever the same bytes could give other pixels or another verdict. */
  readonly decoderVersion: string;
  /** Null when everything works; else what is missing and what to do (`perl` for RAW and EXIF). */
  readonly limitation: string | null;
  prepare(
    photo: PhotoLocation & { readonly contentHash: string },
    target: EncodeTarget,
    options?: { readonly signal?: AbortSignal; readonly alone?: boolean },
  ): Promise<PreparedPicture>;
  /** Reads size, time, SHA-256, media type, dimensions and EXIF in one pass over the bytes. */
  ingest(photo: PhotoLocation, options?: { readonly signal?: AbortSignal }): Promise<IngestedPhoto>;
  /** A WebP whose longer side is at most `maxSide`, upright, without metadata. */
  thumbnail(
    photo: PhotoLocation,
    options: { readonly maxSide: number; readonly signal?: AbortSignal },
  ): Promise<
    | { readonly kind: 'webp'; readonly data: Uint8Array; readonly width: number; readonly height: number }
    | PictureFailure
  >;
  /** Pixels of a picture that is no library photo (a search by upload). Same guards, no path. */
  prepareBytes(
    bytes: Uint8Array,
    target: EncodeTarget,
    options?: { readonly signal?: AbortSignal; readonly crop?: CropBox },
  ): Promise<PreparedPicture>;
  stats(): {
    readonly children: number;
    readonly restarts: number;
    readonly inFlight: number;
    readonly rssBytes: number;
  };
  /** Takes no new work, waits for what runs within a grace period, then kills the child. Same promise every time. */
  close(): Promise<void>;
}

/** A part of the upright picture, as fractions of its sides: 0 ≤ x < x + width ≤ 1. */
export interface CropBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
