import type { ApiSearchAnswer } from '../../../src/api/index.js';
import { search, searchByUpload } from '../api/endpoints.js';
import type { SearchQuery } from '../route.js';
import { HITS_A_PAGE, photoFilters, toSearchRequest } from './search-request.js';
import { getUpload } from './upload-store.js';

/** One page of hits: by the visitor's own picture, or by words or a photo of the library. */
export function fetchHits(query: SearchQuery, cursor: string | null, signal: AbortSignal): Promise<ApiSearchAnswer> {
  const upload = query.upload === null ? null : getUpload(query.upload);
  if (upload !== null)
    return searchByUpload(
      upload,
      {
        ...photoFilters(query),
        crop: query.crop?.map((share) => share.toFixed(4)).join(',') ?? null,
        limit: HITS_A_PAGE,
        cursor,
      },
      signal,
    );
  return search(toSearchRequest(query, cursor), signal);
}
