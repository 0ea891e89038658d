import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ApiImage, ApiPage } from '../../../src/api/index.js';
import { listImages } from '../api/endpoints.js';
import { useLiveStatus } from '../api/status-context.js';
import { useKeptScroll } from '../api/use-kept-scroll.js';
import { usePaged } from '../api/use-paged.js';
import { GridSkeleton } from '../grid/grid-skeleton.js';
import { PhotoGrid } from '../grid/photo-grid.js';
import { groupByMonth } from '../grid/sections.js';
import { EmptyState, ErrorState } from '../parts/notice.js';
import { EMPTY_QUERY, formatRoute, type SearchQuery } from '../route.js';
import { countFilters } from '../search/count-filters.js';
import { FilterChips } from '../search/filter-chips.js';
import { photoFilters } from '../search/search-request.js';
import { texts } from '../texts.js';
import { DateJump } from '../timeline/date-jump.js';
import { Viewer } from '../viewer/viewer.js';

interface TimelineProps {
  readonly query: SearchQuery;
  readonly photo: number | null;
}

/** All photos that fit the filters, newest first, under their months. */
export function Timeline({ query, photo }: TimelineProps): JSX.Element {
  const { libraryChanges } = useLiveStatus();
  const listKey = formatRoute({ kind: 'photos', query, photo: null });
  const pages = usePaged<ApiImage, ApiPage<ApiImage>>(
    listKey,
    (cursor, signal) => listImages(photoFilters(query), cursor, signal),
    { isKept: true },
  );
  useKeptScroll(listKey);
  const { items, isDone, isLoading, error } = pages;
  const sections = useMemo(() => groupByMonth(items), [items]);
  const hrefOf = (image: ApiImage): string => formatRoute({ kind: 'photos', query, photo: image.id });

  useReloadOnChange(libraryChanges, photo !== null, pages.reload);

  return (
    <>
      <h1 class="visually-hidden">{texts.timeline.label}</h1>
      <FilterChips query={query} />
      {items.length > 0 && <DateJump key={listKey} query={query} />}
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
      {items.length === 0 && isLoading && <GridSkeleton />}
      {items.length === 0 && error === null && !isLoading && <NoPhotos query={query} />}
      {isDone && items.length > 20 && <p class="grid-end">{texts.timeline.end(items.length)}</p>}
      {photo !== null && (
        <Viewer
          photoId={photo}
          photos={items}
          isPending={isLoading && items.length === 0}
          query={query}
          onNearEnd={pages.loadMore}
        />
      )}
    </>
  );
}

function NoPhotos({ query }: { readonly query: SearchQuery }): JSX.Element {
  const { status } = useLiveStatus();
  const words = texts.timeline;
  if (countFilters(query) > 0)
    return (
      <EmptyState icon="filter" title={words.noneFit}>
        <p>{words.noneFitHint}</p>
        <a class="button" href={formatRoute({ kind: 'photos', query: EMPTY_QUERY, photo: null })}>
          {texts.timeline.label}
        </a>
      </EmptyState>
    );
  const isScanning = status?.libraries.some((library) => library.scanning) ?? false;
  return (
    <EmptyState icon="photos" title={isScanning ? words.scanning : words.empty}>
      <p>{words.emptyHint}</p>
    </EmptyState>
  );
}

const RELOAD_PAUSE_MS = 3_000;

/** New photos join by themselves while the visitor is at the top; further down they would move what is looked at. */
function useReloadOnChange(changes: number, isViewing: boolean, reload: () => void): void {
  const lastAt = useRef(0);
  useEffect(() => {
    if (changes === 0 || isViewing || window.scrollY > 200) return undefined;
    // A scan reports many changes a second; one look at a time is enough, and the last change is not missed.
    const wait = Math.max(0, lastAt.current + RELOAD_PAUSE_MS - Date.now());
    const timer = window.setTimeout(() => {
      lastAt.current = Date.now();
      reload();
    }, wait);
    return () => window.clearTimeout(timer);
  }, [changes, isViewing]);
}
