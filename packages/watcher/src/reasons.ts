/**
 * Every reason why a photo is not encoded, in one table: whose fault it is, how sure that is, and what people read.
 * The decoder, the drain's streaks, the command line and the pages all go by it. It imports nothing.
 */

/** `photo`: it lies in the file. `environment`: in the machine. `service`: in the encoder. `bug`: in clip-watch. */
type ReasonClass = 'photo' | 'environment' | 'service' | 'bug';

/** From opening, reading and decoding a photo. */
export type PhotoReason =
  | 'empty_file'
  | 'not_an_image'
  | 'truncated'
  | 'corrupt'
  | 'unsupported_media'
  | 'no_preview'
  | 'too_many_pixels'
  | 'too_large'
  | 'timeout'
  | 'crashed_decoder'
  | 'changed_while_reading'
  | 'not_found'
  | 'not_a_regular_file'
  | 'outside_library'
  | 'root_changed'
  | 'unreadable'
  | 'read_timeout'
  | 'disk_full'
  | 'needs_perl'
  | 'decoder_bug';

/** From the encoder, beside those that a decoder of ours may say as well. */
export type EncoderReason =
  | 'undecodable'
  | 'refused'
  | 'unavailable'
  | 'overloaded'
  | 'cancelled'
  | 'protocol'
  | 'internal'
  | 'model_loading'
  | 'misconfigured'
  | 'invalid_item';

/** From the drain itself. */
export type DrainReason = 'changed';

/** From a scan: what it names has no row yet. */
export type ScanReason = 'unreadable_folder' | 'bad_name' | 'ingest_failed';

/** Why a photo, a scan, the drain or an encoder could not go on. */
export type Reason = PhotoReason | EncoderReason | DrainReason | ScanReason;

/** What follows from a reason. */
export interface ReasonRule<Class extends ReasonClass = ReasonClass> {
  /** Decides when it is tried again. */
  readonly errorClass: Class;
  /** True: the same bytes would end so again. Only of the class `photo`. */
  readonly isSure: boolean;
  /**
   * An `environment` reason that is about this one file, whatever its neighbours do. The others, photo after photo,
   * are a lost mount.
   */
  readonly isOfOneFile: boolean;
  /** For a heading over several photos. */
  readonly title: string;
  /** What is the matter and what a person can do, in whole sentences. */
  readonly remedy: string;
}

const PHOTO = { errorClass: 'photo', isSure: true, isOfOneFile: true } as const;
const DISK = { errorClass: 'environment', isSure: false, isOfOneFile: false } as const;
const ONE_FILE = { errorClass: 'environment', isSure: false, isOfOneFile: true } as const;
const ENCODER = { errorClass: 'service', isSure: false, isOfOneFile: false } as const;
const BUG = { errorClass: 'bug', isSure: false, isOfOneFile: false } as const;

type Rules = Readonly<Record<PhotoReason, ReasonRule<'photo' | 'environment' | 'bug'>>> &
  Readonly<Record<Exclude<Reason, PhotoReason>, ReasonRule>>;

/** Every reason, and what follows from it. Adding a reason without all of that does not compile. */
export const REASONS: Rules = {
  empty_file: {
    ...PHOTO,
    title: 'Empty files',
    remedy: 'The file holds no bytes. Restore it from a backup or delete it.',
  },
  not_an_image: {
    ...PHOTO,
    title: 'Files that are no pictures',
    remedy: 'The bytes are no picture, whatever the name says. Rename or remove the file.',
  },
  truncated: {
    ...PHOTO,
    title: 'Files that end too early',
    remedy: 'The end of the file is missing. Copy it again from the camera or a backup.',
  },
  corrupt: {
    ...PHOTO,
    title: 'Damaged pictures',
    remedy: 'The file is damaged. Restore it from a backup.',
  },
  unsupported_media: {
    ...PHOTO,
    title: 'Formats that cannot be read',
    remedy: 'There is no decoder for this format here. Convert it, for example to JPEG.',
  },
  no_preview: {
    ...PHOTO,
    title: 'RAW files without a usable preview',
    remedy: 'This RAW file holds no usable preview. Export a JPEG beside it.',
  },
  too_many_pixels: {
    ...PHOTO,
    title: 'Pictures with too many pixels',
    remedy: 'The picture is larger than the decoder may open. Export a smaller copy.',
  },
  too_large: {
    ...PHOTO,
    title: 'Files that are too large',
    remedy: 'The file has more bytes than may be read. Export a smaller copy.',
  },
  timeout: {
    ...PHOTO,
    isSure: false,
    title: 'Pictures that took too long',
    remedy: 'Decoding took too long. It is tried again; then export a simpler copy.',
  },
  crashed_decoder: {
    ...PHOTO,
    title: 'Pictures that crashed the decoder',
    remedy: 'This file alone ended the decoder. Restore it from a backup or export a copy.',
  },
  changed_while_reading: {
    ...ONE_FILE,
    title: 'Files that were still being written',
    remedy: 'The file was being written. It is tried again by itself.',
  },
  not_found: {
    ...DISK,
    title: 'Files that are gone',
    remedy: 'The file is not there any more. The next scan will notice.',
  },
  not_a_regular_file: {
    ...ONE_FILE,
    title: 'Names that are no files',
    remedy: 'A folder, pipe, socket or device has this name. Rename it.',
  },
  outside_library: {
    ...ONE_FILE,
    title: 'Links that lead out of the library',
    remedy: 'The path leads out of the library through a link. Links are not followed.',
  },
  root_changed: {
    ...DISK,
    title: 'Another folder lies where the library was',
    remedy: 'Another folder, or a link, lies where the library was. See the libraries for what to do.',
  },
  unreadable: {
    ...DISK,
    title: 'Files that may not be read',
    remedy: 'The file cannot be read. Check its permissions, the disk and the mount.',
  },
  read_timeout: {
    ...DISK,
    title: 'Files on a disk that does not answer',
    remedy: 'The disk or network mount does not answer. Check that it is connected.',
  },
  disk_full: {
    ...DISK,
    title: 'No room for temporary files',
    remedy: 'There is no room for temporary files. Free some space.',
  },
  needs_perl: {
    ...ONE_FILE,
    title: 'RAW files that need Perl',
    remedy: 'RAW files need Perl. Install the package perl and restart.',
  },
  decoder_bug: {
    ...BUG,
    title: 'Errors of clip-watch itself',
    remedy: 'An error of clip-watch itself. Please report it.',
  },
  undecodable: {
    ...PHOTO,
    title: 'Pictures that the encoder cannot decode',
    remedy: 'The encoder cannot decode this picture. Restore it from a backup or export a copy.',
  },
  refused: {
    ...PHOTO,
    title: 'Pictures that the encoder refuses',
    remedy: 'The encoder refuses this picture. Look at its message, or export a copy in another format.',
  },
  unavailable: {
    ...ENCODER,
    title: 'Waiting for the encoder',
    remedy: 'The encoder is away. Start it; the photo is tried again by itself.',
  },
  overloaded: {
    ...ENCODER,
    title: 'Waiting for a busy encoder',
    remedy: 'The encoder is busy. The photo is tried again by itself.',
  },
  cancelled: {
    ...ENCODER,
    title: 'Tries that were broken off',
    remedy: 'The try was broken off. The photo is tried again by itself.',
  },
  protocol: {
    ...ENCODER,
    title: 'Wrong answers of the encoder',
    remedy: 'The encoder answered wrongly. Look at its version and its log.',
  },
  internal: {
    ...ENCODER,
    title: 'Errors of the encoder',
    remedy: 'The encoder had an error of its own. Look at its log; the photo is tried again by itself.',
  },
  model_loading: {
    ...ENCODER,
    title: 'Waiting for the model',
    remedy: 'The encoder still loads its model. The photo is tried again by itself.',
  },
  misconfigured: {
    ...ENCODER,
    title: 'An encoder that does not fit',
    remedy: 'The encoder and this server do not fit together. See the status for the reason.',
  },
  invalid_item: {
    ...BUG,
    title: 'Errors of clip-watch itself',
    remedy: 'An error of clip-watch itself. Please report it.',
  },
  changed: {
    ...ONE_FILE,
    title: 'Files that changed meanwhile',
    remedy: 'Nothing to do: the file is read again by itself.',
  },
  unreadable_folder: {
    ...ONE_FILE,
    title: 'Folders that cannot be opened',
    remedy: 'The folder cannot be opened, so its photos are unknown. Check its permissions.',
  },
  bad_name: {
    ...ONE_FILE,
    title: 'Names that cannot be read',
    remedy: 'The name holds bytes that are no UTF-8. Rename the file.',
  },
  ingest_failed: {
    ...BUG,
    title: 'Files that could not be read in',
    remedy: 'The file could not be read in. The next scan tries it again.',
  },
};

/** The rule of a reason, or undefined for a text that is none: a row may be older or newer than this program. */
export function reasonRule(reason: string | null): ReasonRule | undefined {
  return reason !== null && Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : undefined; // checked just before
}
