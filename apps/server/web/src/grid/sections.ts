import type { ApiImage } from '../../../src/api/index.js';

/** Photos under one heading; `key` is unique in its list. */
export interface PhotoSection<T extends ApiImage = ApiImage> {
  readonly key: string;
  readonly year: number | null;
  readonly month: number | null;
  readonly photos: readonly T[];
}

/** The moment a photo is sorted by, as its own wall clock. */
export function localTime(photo: ApiImage): number {
  return photo.takenAt === null ? photo.modifiedAt : photo.takenAt + (photo.takenAtOffsetMin ?? 0) * 60_000;
}

/** The day that finds it in the timeline: by its moment and the visitor's own zone, as the filters count days. */
export function dayOf(photo: ApiImage): string {
  const at = new Date(photo.takenAt ?? photo.modifiedAt);
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  return parts.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}

/** Cuts a list, already in the server's order, where the month changes. */
export function groupByMonth<T extends ApiImage>(photos: readonly T[]): readonly PhotoSection<T>[] {
  const sections: { key: string; year: number; month: number; photos: T[] }[] = [];
  for (const photo of photos) {
    const date = new Date(localTime(photo));
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    const last = sections.at(-1);
    if (last?.year === year && last.month === month) last.photos.push(photo);
    // A month can come twice when time zones shuffle its edge, so its place is part of the key.
    else sections.push({ key: `${year}-${month}-${sections.length}`, year, month, photos: [photo] });
  }
  return sections;
}

/** Width and height as they are shown. Unknown ones get a calm 3:2. */
export function uprightSize(photo: ApiImage): { readonly width: number; readonly height: number } {
  if (photo.width === null || photo.height === null || photo.width < 1 || photo.height < 1)
    return { width: 1500, height: 1000 };
  return { width: photo.width, height: photo.height };
}
