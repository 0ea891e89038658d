import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ApiImage, ApiSearchAnswer, ApiSearchHit } from '../../../src/api/index.js';
import { ApiError } from '../api/http.js';
import { useLiveStatus } from '../api/status-context.js';
import { useKeptScroll } from '../api/use-kept-scroll.js';
import { type Paged, usePaged } from '../api/use-paged.js';
import { GridSkeleton } from '../grid/grid-skeleton.js';
import { PhotoGrid } from '../grid/photo-grid.js';
import { EmptyState, ErrorState, errorText } from '../parts/notice.js';
import { EMPTY_QUERY, formatRoute, type SearchQuery } from '../route.js';
import { fetchHits } from '../search/fetch-hits.js';
import { FilterChips } from '../search/filter-chips.js';
import { SearchHeading } from '../search/search-heading.js';
import { getUpload } from '../search/upload-store.js';
import { texts } from '../texts.js';
import { Viewer } from '../viewer/viewer.js';

interface SearchResultsProps {
  readonly query: SearchQuery;
  readonly photo: number | null;
}

/** What a search found, best first. */
export function SearchResults({ query, photo }: SearchResultsProps): JSX.Element {
  if (query.upload !== null && getUpload(query.upload) === null)
    return (
      <EmptyState icon="picture" title={texts.search.resultsUpload}>
        <p>{texts.search.byPictureLost}</p>
      </EmptyState>
    );
  const key = formatRoute({ kind: 'photos', query, photo: null });
  return <Hits key={key} listKey={key} query={query} photo={photo} />;
}

function Hits({ listKey, query, photo }: SearchResultsProps & { readonly listKey: string }): JSX.Element {
  const pages = usePaged<ApiSearchHit, ApiSearchAnswer>(listKey, (cursor, signal) => fetchHits(query, cursor, signal), {
    isKept: true,
  });
  useKeptScroll(listKey);
  const { items, last, isDone, isLoading, error } = pages;
  // Then the page says so above, and how to get more.
  const isStarter = useLiveStatus().status?.model?.starter === true;
  const sections = useMemo(() => [{ key: 'hits', year: null, month: null, photos: items }], [items]);
  const scores = useMemo(() => new Map(items.map((hit) => [hit.id, hit.score])), [items]);
  const hrefOf = (image: ApiImage): string => formatRoute({ kind: 'photos', query, photo: image.id });
  const scoreOf = (image: ApiImage): string | null => scores.get(image.id)?.toFixed(2) ?? null;
  return (
    <>
      <SearchHeading query={query} state={stateText(pages)} />
      <FilterChips query={query} />
      {last?.notice && !isStarter && <p class="hint list-note">{last.notice}</p>}
      {items.length > 0 && (
        <PhotoGrid
          label={texts.search.results}
          sections={sections}
          isOpenEnded={!isDone}
          hrefOf={hrefOf}
          badgeOf={scoreOf}
          onNearEnd={pages.loadMore}
        />
      )}
      {isLoading && items.length === 0 && <GridSkeleton />}
      {error !== null && <SearchFailed error={error} onRetry={items.length > 0 ? pages.loadMore : pages.reload} />}
      {isDone && items.length === 0 && <NothingFound query={query} weaker={last?.belowMinScore ?? 0} />}
      {isDone && items.length > 0 && last !== null && last.belowMinScore > 0 && (
        <p class="row row-center list-end">
          <WeakerLink query={query}>{texts.search.showWeaker}</WeakerLink>
        </p>
      )}
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

function stateText(pages: Paged<ApiSearchHit, ApiSearchAnswer>): string {
  if (pages.items.length > 0) return texts.search.best;
  return pages.isLoading ? texts.search.searching : '';
}

function SearchFailed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }): JSX.Element {
  if (!(error instanceof ApiError) || error.code !== 'SEARCH_UNAVAILABLE')
    return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState icon="moon" title={texts.search.encoderAway}>
      <p>{errorText(error)}</p>
      <p>{texts.search.encoderAwayHint}</p>
      <div class="row row-center">
        <button type="button" class="button" onClick={onRetry}>
          {texts.common.tryAgain}
        </button>
        <a class="button" href={formatRoute({ kind: 'photos', query: EMPTY_QUERY, photo: null })}>
          {texts.timeline.label}
        </a>
      </div>
    </EmptyState>
  );
}

interface NothingFoundProps {
  readonly query: SearchQuery;
  /** Photos that were ranked, and are too far from the words to be called hits. */
  readonly weaker: number;
}

function NothingFound({ query, weaker }: NothingFoundProps): JSX.Element {
  if (weaker === 0)
    return (
      <EmptyState icon="search" title={texts.search.none}>
        <p>{texts.search.noneHint}</p>
      </EmptyState>
    );
  return (
    <EmptyState icon="search" title={texts.search.nothingLike}>
      <p>{texts.search.nothingLikeHint}</p>
      <div class="row row-center">
        <WeakerLink query={query}>{texts.search.showAnyway}</WeakerLink>
      </div>
    </EmptyState>
  );
}

function WeakerLink({ query, children }: { readonly query: SearchQuery; readonly children: string }): JSX.Element {
  return (
    <a class="button" href={formatRoute({ kind: 'photos', query: { ...query, weak: true }, photo: null })}>
      {children}
    </a>
  );
}
