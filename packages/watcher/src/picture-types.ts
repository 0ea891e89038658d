/** What the picture side promises to the drain and to the host. Defined here so that both can be built against it. */
import type { PixelRecipe } from '@clip-watch/clip-client';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { ClipErrorClass, ClipQuality } from './clip-backlog.js';
import type { PhotoReason } from './reasons.js';

/** One photo of one library. `relPath` uses `/` and is relative to `rootPath`. */
export interface PhotoLocation extends LibraryRoot {
  /** Relative to the root, with `/`. */
  readonly relPath: string;
}

/** What the encoder in force can take. */
export interface EncodeTarget {
  /** Absent: encoded bytes only. */
  readonly pixels?: PixelRecipe;
  /** Media types that the encoder decodes itself. */
  readonly acceptedMediaTypes: readonly string[];
  /** Of one encoded picture. */
  readonly maxImageBytes?: number;
}

/** Typed failure of one picture; `REASONS` says what each reason means. */
export interface PictureFailure {
  readonly kind: 'failed';
  /** A key of `REASONS`. */
  readonly reason: PhotoReason;
  /** Decides when it is tried again. */
  readonly errorClass: Extract<ClipErrorClass, 'photo' | 'environment' | 'bug'>;
  /** False: may pass on another try (`timeout`, a file that is still growing, a full disk). */
  readonly sure: boolean;
  /** What was met, in one sentence for people. */
  readonly message: string;
}

/** A picture ready for the encoder, or why there is none. */
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
  | ChangedPhoto
  | PictureFailure;

/** The bytes are not those of the row's hash any more: the row is to be ingested again. */
export interface ChangedPhoto {
  readonly kind: 'changed';
  /** Of the bytes that are there now. */
  readonly contentHash: string;
}

/** What one pass over a photo's bytes tells. Unknown values are null; times are epoch milliseconds. */
export interface PhotoFacts {
  /** Relative to the root, with `/`. */
  readonly relPath: string;
  /** In bytes. */
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  /** Of the inode (`ctime`). */
  readonly changedAtMs: number;
  /** In decimal. */
  readonly inode: string;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  /** By the content, not by the name. */
  readonly mediaType: string | null;
  /** Of the upright picture, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** EXIF's number, 1 to 8. */
  readonly orientation: number | null;
  /** When the camera says it was taken. */
  readonly takenAt: number | null;
  /** Minutes east of UTC that the camera stated beside the time. */
  readonly takenAtOffsetMin: number | null;
  readonly cameraMake: string | null;
  readonly cameraModel: string | null;
  readonly lensModel: string | null;
  readonly iso: number | null;
  /** The f-number. */
  readonly aperture: number | null;
  /** Exposure time in seconds. */
  readonly exposureS: number | null;
  /** In millimetres, not converted to 35 mm film. */
  readonly focalLengthMm: number | null;
  /** Degrees, north and east positive. */
  readonly gpsLatitude: number | null;
  readonly gpsLongitude: number | null;
}

/** The facts of a photo, or why it could not be read. */
export type IngestedPhoto = { readonly kind: 'facts'; readonly facts: PhotoFacts } | PictureFailure;

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
  /** Makes a photo ready for the encoder, if its bytes still have this hash. */
  prepare(
    photo: PhotoLocation & { readonly contentHash: string },
    target: EncodeTarget,
    options?: { readonly signal?: AbortSignal; readonly alone?: boolean },
  ): Promise<PreparedPicture>;
  /** Reads size, time, SHA-256, media type, dimensions and EXIF in one pass over the bytes. */
  ingest(photo: PhotoLocation, options?: { readonly signal?: AbortSignal }): Promise<IngestedPhoto>;
  /** A WebP of the bytes of `contentHash` and of no others: its longer side is at most `maxSide`, upright, without metadata. */
  thumbnail(
    photo: PhotoLocation & { readonly contentHash: string },
    options: { readonly maxSide: number; readonly signal?: AbortSignal },
  ): Promise<
    | { readonly kind: 'webp'; readonly data: Uint8Array; readonly width: number; readonly height: number }
    | ChangedPhoto
    | PictureFailure
  >;
  /**
   * Pixels of a file, or of a part of it, that somebody waits for. The child reads it: its bytes never pass through here.
   * @param photo without a `contentHash` whatever lies there is taken
   */
  prepareForSearch(
    photo: PhotoLocation & { readonly contentHash?: string },
    target: EncodeTarget,
    options?: { readonly signal?: AbortSignal; readonly crop?: CropBox },
  ): Promise<PreparedPicture>;
  /** Pixels of a small picture that lies in memory. Same guards, no path. */
  prepareBytes(
    bytes: Uint8Array,
    target: EncodeTarget,
    options?: { readonly signal?: AbortSignal },
  ): Promise<PreparedPicture>;
  /** What it runs at this moment. */
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
  /** Left edge. */
  readonly x: number;
  /** Upper edge. */
  readonly y: number;
  /** More than 0. */
  readonly width: number;
  /** More than 0. */
  readonly height: number;
}
