/** A small picture for people: upright, sRGB, without metadata. */
import { openSharp, runSharp } from './formats/decode-sharp.js';
import type { WebpPicture } from './host/host-protocol.js';
import type { LoadedPicture } from './load-picture.js';

const WEBP_QUALITY = 80;

/** @throws PictureProblem */
export async function makeThumbnail(picture: LoadedPicture, maxSide: number): Promise<WebpPicture> {
  return runSharp(picture.input, async () => {
    const { data, info } = await openSharp(picture.input, { ignoreIcc: false })
      .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: WEBP_QUALITY, effort: 2 })
      .toBuffer({ resolveWithObject: true });
    return { kind: 'webp', data: new Uint8Array(data), width: info.width, height: info.height };
  });
}
