import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { ApiImage, ApiPage } from '../../../src/api-types.js';
import { listImages } from '../api/endpoints.js';
import { useLiveStatus } from '../api/status-context.js';
import { usePaged } from '../api/use-paged.js';
import { PhotoGrid } from '../grid/photo-grid.js';
import { groupByMonth } from '../grid/sections.js';
import { EmptyState, ErrorState } from '../parts/notice.js';
import { formatRoute, type SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { Viewer } from '../viewer/viewer.js';

interface TimelineProps {
  readonly query: SearchQuery;
  readonly photo: number | null;
}

/** All photos, newest first, under their months. */
export function Timeline({ query, photo }: TimelineProps): JSX.Element {
  const { status, libraryChanges } = useLiveStatus();
  const pages = usePaged<ApiImage, ApiPage<ApiImage>>(`timeline ${query.library}`, (cursor, signal) =>
    listImages(query.library, cursor, signal),
  );
  const { items, isDone, isLoading, error } = pages;
  const sections = useMemo(() => groupByMonth(items), [items]);
  const hrefOf = (image: ApiImage): string => formatRoute({ kind: 'photos', query, photo: image.id });

  // New photos join by themselves while the visitor is at the top; further down they would move what is looked at.
  useEffect(() => {
    if (libraryChanges > 0 && window.scrollY < 200 && photo === null) pages.reload();
  }, [libraryChanges]);

  return (
    <>
      <h1 class="visually-hidden">{texts.timeline.label}</h1>
      {items.length > 0 && (
        <PhotoGrid
          label={texts.timeline.label}
          sections={sections}
          isOpenEnded={!isDone}
          hrefOf={hrefOf}
          onNearEnd={pages.loadMore}
        />
      )}
      {error !== null && <ErrorState error={error} onRetry={items.length > 0 ? pages.loadMore : pages.reload} />}
      {items.length === 0 && error === null && !isLoading && (
        <EmptyState
          icon="photos"
          title={status?.libraries.some((library) => library.scanning) ? texts.timeline.scanning : texts.timeline.empty}
        >
          <p>{texts.timeline.emptyHint}</p>
        </EmptyState>
      )}
      {isDone && items.length > 20 && <p class="grid-end">{texts.timeline.end(items.length)}</p>}
      {photo !== null && <Viewer photoId={photo} photos={items} query={query} onNearEnd={pages.loadMore} />}
    </>
  );
}
