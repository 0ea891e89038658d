/** A photo's row: size, time, hash, kind, sides and EXIF, from one reading of its bytes. */
import type { IngestedPhoto, PhotoLocation } from '../picture-types.js';
import { exifFacts, FACT_TAGS } from './exif-facts.js';
import { openHeic } from './formats/heic-decoder.js';
import { readHeader } from './formats/measure-picture.js';
import { type Content, sniffContent } from './formats/sniff-content.js';
import { SIDE_TAGS, type Sides, sidesFromTags, sidesOfRaw } from './formats/stated-sides.js';
import { isOrdinaryPicture } from './formats/tiff-kind.js';
import type { DecodeLimits } from './host/host-protocol.js';
import type { TempNames } from './host/temp-names.js';
import type { ExifTags, WorkerServices } from './host/worker-services.js';
import { fileInput, isRawTiff } from './load-picture.js';
import { readOwnExif } from './own-exif.js';
import { askThrough, linkPhoto } from './photo-link.js';
import { PictureProblem } from './photo-reasons.js';
import { uprightSize } from './pixel-geometry.js';
import { assertUnchanged, hashInChunks, hashOf, type OpenPhoto, openPhoto, readHead, readPhoto } from './read-photo.js';

export interface IngestContext {
  readonly limits: DecodeLimits;
  readonly temp: TempNames;
  readonly services: WorkerServices;
}

const HEAD_BYTES = 4096;

/**
 * Facts for every file that can be read, whatever it holds: what is no picture gets its row, and its reason later.
 * @throws PictureProblem of the class environment
 */
export async function ingestPhoto(location: PhotoLocation, context: IngestContext): Promise<IngestedPhoto> {
  using photo = openPhoto(location);
  const { bytes, contentHash } = readAndHash(photo, context);
  const content = sniffContent(bytes);
  const isWhole = bytes.length === photo.size;
  const plainSides = isWhole && isPlain(content) ? await sidesOf(bytes, content) : undefined;
  // Without a readable header ExifTool may still know the sides.
  const ownTags = plainSides && readOwnExif(bytes, content);
  const tags = ownTags ?? (await tagsOf(photo, location, bytes, content, context));
  context.services.enter('reading'); // the disk is asked again
  assertUnchanged(photo, photo.size);
  context.services.enter('decoding');
  const isRaw = content.way === 'raw' || (content.way === 'tiff' && isRawTiff(content, location.relPath, tags));
  const own = isRaw || isPlain(content) || !isWhole ? plainSides : await sidesOf(bytes, content);
  const sides = isRaw ? sidesOfRaw(tags) : (own ?? sidesFromTags(tags));
  return {
    kind: 'facts',
    facts: {
      relPath: location.relPath,
      fileSize: photo.size,
      modifiedAtMs: photo.modifiedAtMs,
      changedAtMs: photo.changedAtMs,
      inode: photo.inode,
      contentHash,
      mediaType: mediaType(content, tags),
      width: sides?.width ?? null,
      height: sides?.height ?? null,
      ...exifFacts(tags),
    },
  };
}

/** A file too large to decode still gets its hash, and its first bytes say what it is. */
function readAndHash(
  photo: OpenPhoto,
  { limits, services }: IngestContext,
): { readonly bytes: Buffer; readonly contentHash: string } {
  if (photo.size <= limits.maxFileBytes) {
    const bytes = readPhoto(photo, services.progress);
    services.enter('decoding'); // the disk has answered
    return { bytes, contentHash: hashOf(bytes) };
  }
  const bytes = readHead(photo, HEAD_BYTES);
  const contentHash = hashInChunks(photo, services.progress);
  services.enter('decoding');
  return { bytes, contentHash };
}

async function tagsOf(
  photo: OpenPhoto,
  location: PhotoLocation,
  bytes: Buffer,
  content: Content,
  context: IngestContext,
): Promise<ExifTags> {
  if (content.way === 'none') return {};
  using link = linkPhoto(photo, location.relPath, { bytes, content }, context.temp);
  // `-fast` skips the trailer of a JPEG; in RAW files what is wanted may lie behind the picture.
  const args = content.way === 'sharp' ? ['-fast', ...FACT_TAGS] : [...FACT_TAGS, ...SIDE_TAGS];
  try {
    return (await askThrough(link, (path) => context.services.readTags(path, args))) ?? {};
  } catch (error) {
    if (error instanceof PictureProblem) return {}; // a photo without EXIF is still a photo
    throw error;
  }
}

/** Whether a file of this kind is certainly no RAW file, whatever its tags say. */
function isPlain(content: Content): boolean {
  return (
    content.way === 'sharp' || content.way === 'heif' || (content.way === 'tiff' && isOrdinaryPicture(content.tiff))
  );
}

/** Upright sides from the picture's own header; undefined where only ExifTool can tell. */
async function sidesOf(bytes: Buffer, content: Content): Promise<Sides | undefined> {
  try {
    if (content.way === 'heif') {
      using file = openHeic(bytes);
      return { width: file.width, height: file.height };
    }
    if (content.way !== 'sharp' && content.way !== 'tiff') return undefined;
    const header = await readHeader(fileInput(bytes, content));
    return uprightSize(header.width, header.height, header.orientation);
  } catch {
    return undefined; // damaged: the reason is found, and told, when it is to be encoded
  }
}

function mediaType(content: Content, tags: ExifTags): string | null {
  const stated = tags['File:MIMEType'];
  const ask = content.way === 'tiff' || content.way === 'raw';
  return ask && typeof stated === 'string' ? stated : content.mediaType;
}
