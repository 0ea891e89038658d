import type { JSX } from 'preact';
import { thumbnailUrl } from '../api/endpoints.js';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { UploadSample } from './upload-sample.js';
import { getUpload } from './upload-store.js';
import { viewOf } from './view-of.js';

/** What was searched, in words or as a small picture. */
export function SearchHeading({ query, state }: { readonly query: SearchQuery; readonly state: string }): JSX.Element {
  const upload = query.upload === null ? null : getUpload(query.upload);
  return (
    <div class="search-heading">
      {query.like !== null && (
        <img class="search-sample" src={thumbnailUrl(query.like, 'grid')} style={viewOf(query.crop)} alt="" />
      )}
      {upload !== null && <UploadSample file={upload} query={query} />}
      <div>
        <h1>{title(query)}</h1>
        <p class="hint" role="status">
          {state}
        </p>
      </div>
    </div>
  );
}

function title(query: SearchQuery): string {
  if (query.upload !== null) return query.crop === null ? texts.search.resultsUpload : texts.search.resultsUploadPart;
  if (query.like !== null) return query.crop === null ? texts.search.resultsLike : texts.search.resultsLikePart;
  return texts.search.resultsFor(query.text);
}
