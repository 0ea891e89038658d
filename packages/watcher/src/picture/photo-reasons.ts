/** How a decoder names what went wrong with a picture. The reasons themselves stand in `reasons.ts`. */
import type { PictureFailure } from '../picture-types.js';
import { type PhotoReason, REASONS } from '../reasons.js';

/** @param message what was met, without paths and without picture content; what to do stands in `REASONS` */
export function pictureFailure(reason: PhotoReason, message: string, sure?: boolean): PictureFailure {
  const { errorClass, isSure } = REASONS[reason];
  return { kind: 'failed', reason, errorClass, sure: sure ?? isSure, message };
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
  const { errorClass, isSure } = REASONS[reason];
  return errorClass === 'photo' && (sure ?? isSure);
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
