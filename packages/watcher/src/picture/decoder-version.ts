/** Says which decoder made a verdict or pixels; when it changes, failed photos are tried again. */
import sharp from 'sharp';

/** Raised by hand when this package's own code could give other pixels or another verdict for the same bytes. */
const OWN_VERSION = 3;
const LIBHEIF_VERSION = '1.23.2';

export function decoderVersion(exifToolVersion: string | null): string {
  const { vips } = sharp.versions;
  return `clip-watch ${OWN_VERSION}, vips ${vips}, libheif ${LIBHEIF_VERSION}, exiftool ${exifToolVersion ?? 'none'}`;
}
