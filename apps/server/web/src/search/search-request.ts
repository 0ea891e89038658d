import type { ApiSearchRequest } from '../../../src/api/index.js';
import type { PhotoFilters } from '../api/endpoints.js';
import type { SearchQuery } from '../route.js';

export const HITS_A_PAGE = 60;

/** What searches and the timeline share; days are whole, in the visitor's own zone. */
export function photoFilters(query: SearchQuery): PhotoFilters {
  return {
    ...(query.library !== null && { library: query.library }),
    ...(query.camera !== '' && { camera: query.camera }),
    ...(query.after !== '' && { takenAfter: startOfDay(query.after, 0) }),
    ...(query.before !== '' && { takenBefore: startOfDay(query.before, 1) - 1 }),
  };
}

// By the calendar, not by 24 hours: a day that clocks are changed in is shorter or longer.
function startOfDay(day: string, daysLater: number): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).getTime();
}

/** The JSON of `POST /api/search` for a query by words or by a photo. */
export function toSearchRequest(query: SearchQuery, cursor: string | null): ApiSearchRequest {
  const [x, y, width, height] = query.crop ?? [0, 0, 1, 1];
  return {
    ...(query.like === null ? { text: query.text } : { imageId: query.like }),
    ...(query.like !== null && query.crop !== null && { crop: { x, y, width, height } }),
    ...(query.notText !== '' && query.like === null && { notText: query.notText }),
    ...photoFilters(query),
    ...(query.weak && { minScore: -1 }),
    limit: HITS_A_PAGE,
    ...(cursor !== null && { cursor }),
  };
}
