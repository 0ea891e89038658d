import type { ApiSearchRequest } from '../../../src/api-types.js';
import type { SearchQuery } from '../route.js';

export const HITS_A_PAGE = 60;
const DAY_MS = 86_400_000;

/** What both kinds of search share; days are whole, in the visitor's own zone. */
export function searchFilters(
  query: SearchQuery,
): Pick<ApiSearchRequest, 'library' | 'camera' | 'takenAfter' | 'takenBefore'> {
  return {
    ...(query.library !== null && { library: query.library }),
    ...(query.camera !== '' && { camera: query.camera }),
    ...(query.after !== '' && { takenAfter: new Date(`${query.after}T00:00:00`).getTime() }),
    ...(query.before !== '' && { takenBefore: new Date(`${query.before}T00:00:00`).getTime() + DAY_MS - 1 }),
  };
}

/** The JSON of `POST /api/search` for a query by words or by a photo. */
export function toSearchRequest(query: SearchQuery, cursor: string | null): ApiSearchRequest {
  const [x, y, width, height] = query.crop ?? [0, 0, 1, 1];
  return {
    ...(query.like === null ? { text: query.text } : { imageId: query.like }),
    ...(query.like !== null && query.crop !== null && { crop: { x, y, width, height } }),
    ...(query.notText !== '' && query.like === null && { notText: query.notText }),
    ...searchFilters(query),
    ...(query.weak && { minScore: -1 }),
    limit: HITS_A_PAGE,
    ...(cursor !== null && { cursor }),
  };
}
