import type { SearchQuery } from '../route.js';

/** How many filters narrow what is shown. */
export function countFilters(query: SearchQuery): number {
  const { library, camera, after, before } = query;
  const notText = query.text === '' ? '' : query.notText;
  return [notText, library, camera, after, before].filter((value) => value !== '' && value !== null).length;
}
