/** What goes to an encoder that takes picture files: the original where it can read it, else a JPEG made here. */
import type { EncodeTarget } from '../picture-types.js';
import { openSharp, runSharp } from './formats/decode-sharp.js';
import type { LoadedPicture } from './load-picture.js';
import { PictureProblem } from './photo-reasons.js';

export interface EncodedPicture {
  readonly data: Uint8Array;
  readonly mediaType: string;
}

/** Longer side of a JPEG made here: twice what any common model takes. */
const JPEG_SIDE = 1024;
const JPEG_QUALITY = 90;

/** Whether the encoder takes a file of this kind and size as it lies on disk. */
export function acceptsOriginal(target: EncodeTarget, mediaType: string | null, bytes: number): boolean {
  const fits = target.maxImageBytes === undefined || bytes <= target.maxImageBytes;
  return mediaType !== null && fits && target.acceptedMediaTypes.includes(mediaType);
}

/** @throws PictureProblem unsupported_media when the encoder takes no JPEG either */
export async function makeJpeg(picture: LoadedPicture, target: EncodeTarget): Promise<EncodedPicture> {
  if (!target.acceptedMediaTypes.includes('image/jpeg'))
    throw new PictureProblem('unsupported_media', 'The encoder takes neither pixels nor JPEG files.');
  return runSharp(picture.input, async () => {
    const data = await openSharp(picture.input, { ignoreIcc: true })
      .flatten({ background: '#ffffff' })
      .resize(JPEG_SIDE, JPEG_SIDE, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer();
    return { data: new Uint8Array(data), mediaType: 'image/jpeg' };
  });
}
