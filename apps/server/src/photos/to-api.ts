import { type ClipCounters, cameraName, type ImageRow } from '@clip-watch/db';
import type { ApiCounts, ApiImage } from '../api/index.js';

export function toApiImage(row: ImageRow): ApiImage {
  return {
    id: row.id,
    libraryId: row.libraryId,
    relPath: row.relPath,
    fileSize: row.fileSize,
    mediaType: row.mediaType,
    width: row.width,
    height: row.height,
    orientation: row.orientation,
    takenAt: row.takenAt,
    takenAtOffsetMin: row.takenAtOffsetMin,
    modifiedAt: row.modifiedAtMs,
    camera: cameraName(row.cameraMake, row.cameraModel),
    lens: row.lensModel,
    iso: row.iso,
    aperture: row.aperture,
    exposureS: row.exposureS,
    focalLengthMm: row.focalLengthMm,
    gps:
      row.gpsLatitude === null || row.gpsLongitude === null
        ? null
        : { latitude: row.gpsLatitude, longitude: row.gpsLongitude },
    clipStatus: row.clip.status,
    clipQuality: row.clip.quality,
  };
}

export function toApiCounts(counters: ClipCounters): ApiCounts {
  const { photos, encoded, pending, failed, skipped, missing, low } = counters;
  const wanted = photos - skipped;
  return {
    photos,
    encoded,
    pending,
    failed,
    skipped,
    missing,
    lowQuality: low,
    coverage: wanted <= 0 ? 1 : encoded / wanted,
  };
}
