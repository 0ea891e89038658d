import type { JSX } from 'preact';
import { useLiveStatus } from '../api/status-context.js';
import { isSearch, type SearchQuery } from '../route.js';
import { FirstStart } from './first-start.js';
import { SearchResults } from './search-results.js';
import { StatusNotices } from './status-notices.js';
import { Timeline } from './timeline.js';

interface PhotosPageProps {
  readonly query: SearchQuery;
  /** The photo that is open in the viewer. */
  readonly photo: number | null;
}

/** The front page: first start, timeline, or what a search found. */
export function PhotosPage({ query, photo }: PhotosPageProps): JSX.Element {
  const { status, connection } = useLiveStatus();
  if (status && status.libraries.length === 0) return <FirstStart />;
  // The photos are asked for at once, and shown when it is known what stands above them: nothing jumps.
  return (
    <div class={connection === 'connecting' ? 'unseen' : ''}>
      <StatusNotices />
      {isSearch(query) ? <SearchResults query={query} photo={photo} /> : <Timeline query={query} photo={photo} />}
    </div>
  );
}
