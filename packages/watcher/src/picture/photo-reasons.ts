/** Why a picture gave no pixels: one list, with the class of each reason and what a person can do. */
import type { PictureFailure } from '../picture-types.js';

interface ReasonRule {
  readonly errorClass: PictureFailure['errorClass'];
  /** False: the same bytes may pass on another try. */
  readonly sure: boolean;
  readonly advice: string;
}

const PHOTO = { errorClass: 'photo', sure: true } as const;
const ENVIRONMENT = { errorClass: 'environment', sure: false } as const;

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

const RULES: Readonly<Record<PhotoReason, ReasonRule>> = {
  empty_file: { ...PHOTO, advice: 'The file holds no bytes. Restore it from a backup or delete it.' },
  not_an_image: { ...PHOTO, advice: 'The bytes are no picture, whatever the name says. Rename or remove the file.' },
  truncated: { ...PHOTO, advice: 'The end of the file is missing. Copy it again from the camera or a backup.' },
  corrupt: { ...PHOTO, advice: 'The file is damaged. Restore it from a backup.' },
  unsupported_media: { ...PHOTO, advice: 'There is no decoder for this format here. Convert it, for example to JPEG.' },
  no_preview: { ...PHOTO, advice: 'This RAW file holds no usable preview. Export a JPEG beside it.' },
  too_many_pixels: { ...PHOTO, advice: 'The picture is larger than the decoder may open. Export a smaller copy.' },
  too_large: { ...PHOTO, advice: 'The file has more bytes than may be read. Export a smaller copy.' },
  timeout: { ...PHOTO, sure: false, advice: 'Decoding took too long. It is tried again; then export a simpler copy.' },
  crashed_decoder: {
    ...PHOTO,
    advice: 'This file alone ended the decoder. Restore it from a backup or export a copy.',
  },
  changed_while_reading: { ...ENVIRONMENT, advice: 'The file was being written. It is tried again by itself.' },
  not_found: { ...ENVIRONMENT, advice: 'The file is not there any more. The next scan will notice.' },
  not_a_regular_file: { ...ENVIRONMENT, advice: 'A folder, pipe, socket or device has this name. Rename it.' },
  outside_library: {
    ...ENVIRONMENT,
    advice: 'The path leads out of the library through a link. Links are not followed.',
  },
  root_changed: {
    ...ENVIRONMENT,
    advice: 'Another folder, or a link, lies where the library was. See the libraries for what to do.',
  },
  unreadable: { ...ENVIRONMENT, advice: 'The file cannot be read. Check its permissions, the disk and the mount.' },
  read_timeout: { ...ENVIRONMENT, advice: 'The disk or network mount does not answer. Check that it is connected.' },
  disk_full: { ...ENVIRONMENT, advice: 'There is no room for temporary files. Free some space.' },
  needs_perl: { ...ENVIRONMENT, advice: 'RAW files need Perl. Install the package perl and restart.' },
  decoder_bug: { errorClass: 'bug', sure: false, advice: 'An error of clip-watch itself. Please report it.' },
};

export const PHOTO_REASONS: readonly PhotoReason[] = Object.keys(RULES) as PhotoReason[];

/** What a person can do about a reason; undefined for one that is not about the picture. */
export function adviceFor(reason: PhotoReason): string;
export function adviceFor(reason: string): string | undefined;
export function adviceFor(reason: string): string | undefined {
  return Object.hasOwn(RULES, reason) ? RULES[reason as PhotoReason].advice : undefined;
}

/** @param message what was met, without paths and without picture content; the advice is `adviceFor(reason)` */
export function pictureFailure(reason: PhotoReason, message: string, sure?: boolean): PictureFailure {
  const rule: ReasonRule = RULES[reason];
  return {
    kind: 'failed',
    reason,
    errorClass: rule.errorClass,
    sure: sure ?? rule.sure,
    message,
  };
}

/** Thrown inside the decoder where a picture ends; becomes the value of the same reason at the edge of its task. */
export class PictureProblem extends Error {
  override readonly name = 'PictureProblem';
  readonly reason: PhotoReason;
  /** Undefined: as the reason's rule says. */
  readonly sure: boolean | undefined;
  constructor(reason: PhotoReason, message: string, options?: ErrorOptions & { readonly sure?: boolean }) {
    super(message, options);
    this.reason = reason;
    this.sure = options?.sure;
  }
}

/** Whether it is certain that the fault lies in the photo: the same bytes would end so again. */
export function isVerdict({ reason, sure }: PictureProblem): boolean {
  return RULES[reason].errorClass === 'photo' && (sure ?? RULES[reason].sure);
}

const BY_ERRNO: Readonly<Record<string, PhotoReason>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  ELOOP: 'outside_library',
  EISDIR: 'not_a_regular_file',
  ENXIO: 'not_a_regular_file',
  ENODEV: 'not_a_regular_file',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  ETIMEDOUT: 'read_timeout',
};

/** Names a system error by its code; everything unknown is `unreadable`. */
export function problemFromSystemError(error: unknown): PictureProblem {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return new PictureProblem(BY_ERRNO[code] ?? 'unreadable', `The system said ${code}.`, { cause: error });
}

/** Of libheif's own limit; below it, a picture is only larger than its header says, and that is damage. */
const LIBHEIF_MAX_PIXELS = 32_768 ** 2;

/** Whether a decoder's words mean that the picture is too large. */
export function saysTooLarge(text: string): boolean {
  const allowed = /maximum image size (\d+)/.exec(text)?.[1];
  if (allowed !== undefined && Number(allowed) < LIBHEIF_MAX_PIXELS) return false;
  return /security limit|out of memory|unable to allocate/i.test(text);
}
