/** What goes between the host process, the decode child and its threads. Plain data: everything here is cloned. */
import type {
  CropBox,
  EncodeTarget,
  IngestedPhoto,
  PhotoLocation,
  PictureFailure,
  PreparedPicture,
} from '../../picture-types.js';

export type DecodeCall =
  | {
      readonly kind: 'prepare';
      readonly photo: PhotoLocation;
      readonly contentHash: string;
      readonly target: EncodeTarget;
    }
  | {
      readonly kind: 'prepareForSearch';
      readonly photo: PhotoLocation;
      /** Null: whatever lies there. */
      readonly contentHash: string | null;
      readonly target: EncodeTarget;
      readonly crop: CropBox | null;
    }
  /** `spoolPath`: the bytes, in the private temporary folder; one file less to clone through the pipe. */
  | { readonly kind: 'prepareBytes'; readonly spoolPath: string; readonly target: EncodeTarget }
  | { readonly kind: 'ingest'; readonly photo: PhotoLocation }
  | {
      readonly kind: 'thumbnail';
      readonly photo: PhotoLocation;
      readonly contentHash: string;
      readonly maxSide: number;
    };

export interface WebpPicture {
  readonly kind: 'webp';
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type DecodeReply = PreparedPicture | IngestedPhoto | WebpPicture | PictureFailure;

/** `reading`: a thread has the photo in hand and touches the disk. `decoding`: the disk has answered. */
export type DecodeStage = 'reading' | 'decoding';

export type ToChild =
  | { readonly kind: 'call'; readonly id: number; readonly call: DecodeCall }
  | { readonly kind: 'close' };

export interface DecoderVersions {
  /** Of everything that makes pixels or verdicts, in one line. */
  readonly decoder: string;
  /** Null: ExifTool cannot run, which means that Perl is missing. */
  readonly exifTool: string | null;
}

export type FromChild =
  | { readonly kind: 'ready'; readonly versions: DecoderVersions }
  /** The photo is in a thread's hand, and may be what ends the child. */
  | { readonly kind: 'begun'; readonly id: number }
  /** Large data lies in `spoolPath` instead of in `reply.data`: the pipe would stall both event loops. */
  | { readonly kind: 'reply'; readonly id: number; readonly reply: DecodeReply; readonly spoolPath: string | null }
  | { readonly kind: 'broken'; readonly id: number; readonly message: string }
  /** Ten times a second, with where the photos in hand are: most are done before a message about them would help. */
  | { readonly kind: 'beat'; readonly rssBytes: number; readonly inHand: readonly PhotoProgress[] };

export interface PhotoProgress {
  readonly id: number;
  readonly stage: DecodeStage;
  /** Another number when anything has come from the disk since, or the stage is another. */
  readonly turn: number;
}

/** The child's settings, handed over as its first argument. */
export interface ChildSettings {
  readonly threads: number;
  readonly nice: number;
  readonly tempFolder: string;
  readonly useExifTool: boolean;
  readonly exifToolTimeoutMs: number;
  readonly limits: DecodeLimits;
}

export interface DecodeLimits {
  /** Largest file that is read into memory. */
  readonly maxFileBytes: number;
  /** Largest picture, in pixels, whose decoder works line by line. */
  readonly maxPixels: number;
  /** Largest picture, in pixels, whose decoder holds all of it: progressive JPEG, interlaced PNG, HEIC. */
  readonly maxWholePixels: number;
  /** Estimated bytes of all pictures being decoded at once; one picture alone may exceed it. */
  readonly decodeBudgetBytes: number;
}

/** Data above this goes through a file: cloning it would hold an event loop for more than a millisecond. */
export const SPOOL_ABOVE_BYTES: number = 1 << 20;
