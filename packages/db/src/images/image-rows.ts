import type { Prisma } from '../generated/sqlite/client.js';
import type { ClipErrorClass, ClipQuality, ClipStatus, ImageRow } from './image-types.js';

/** A row as Prisma reads it, without its vector. */
export type StoredImage = Prisma.ImageExifGetPayload<{ omit: { clipEmbedding: true } }>;

function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

/** Text columns that only this package writes hold words of their unions. */
function toClip(row: StoredImage): ImageRow['clip'] {
  return {
    status: row.clipStatus as ClipStatus,
    modelVersion: row.clipModelVersion,
    nextModelVersion: row.clipNextModelVersion,
    encodedAt: toNumber(row.clipEncodedAt),
    quality: row.clipQuality as ClipQuality | null,
    attempts: row.clipAttempts,
    deferrals: row.clipDeferrals,
    crashes: row.clipCrashes,
    nextAttemptAt: toNumber(row.clipNextAttemptAt),
    errorClass: row.clipErrorClass as ClipErrorClass | null,
    errorReason: row.clipErrorReason,
    errorMessage: row.clipErrorMessage,
    decoderVersion: row.clipDecoderVersion,
    claimedUntil: toNumber(row.clipClaimedUntil),
  };
}

export function toImageRow(row: StoredImage): ImageRow {
  return {
    id: row.id,
    libraryId: row.libraryId,
    relPath: row.relPath,
    fileSize: Number(row.fileSize),
    modifiedAtMs: Number(row.modifiedAtMs),
    contentHash: row.contentHash,
    mediaType: row.mediaType,
    width: row.width,
    height: row.height,
    orientation: row.orientation,
    takenAt: toNumber(row.takenAt),
    takenAtOffsetMin: row.takenAtOffsetMin,
    sortTime: Number(row.sortTime),
    cameraMake: row.cameraMake,
    cameraModel: row.cameraModel,
    lensModel: row.lensModel,
    iso: row.iso,
    aperture: row.aperture,
    exposureS: row.exposureS,
    focalLengthMm: row.focalLengthMm,
    gpsLatitude: row.gpsLatitude,
    gpsLongitude: row.gpsLongitude,
    changedAtMs: toNumber(row.changedAtMs),
    inode: row.inode,
    skipReason: row.clipStatus === 'skipped' ? row.clipErrorReason : null,
    missingSince: toNumber(row.missingSince),
    clip: toClip(row),
  };
}
