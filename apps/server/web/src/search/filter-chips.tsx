import type { JSX } from 'preact';
import { useLiveStatus } from '../api/status-context.js';
import { formatDay } from '../format.js';
import { Icon } from '../parts/icon.js';
import { formatRoute, type SearchQuery } from '../route.js';
import { texts } from '../texts.js';

interface Chip {
  readonly label: string;
  readonly without: Partial<SearchQuery>;
}

/** The filters in force, each one a link to the same without it. */
export function FilterChips({ query }: { readonly query: SearchQuery }): JSX.Element | null {
  const libraries = useLiveStatus().status?.libraries ?? [];
  const library = libraries.find(({ id }) => id === query.library);
  const chips = filterChips(query, library?.name ?? null);
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label={texts.search.filters}>
      {chips.map(({ label, without }) => (
        <li key={label}>
          <a
            class="chip"
            href={formatRoute({ kind: 'photos', query: { ...query, ...without }, photo: null })}
            aria-label={texts.search.removeFilter(label)}
          >
            <bdi>{label}</bdi>
            <Icon name="close" />
          </a>
        </li>
      ))}
    </ul>
  );
}

function filterChips(query: SearchQuery, libraryName: string | null): readonly Chip[] {
  const words = texts.search;
  const chips: readonly (Chip | false)[] = [
    query.text !== '' && query.notText !== '' && { label: words.chipNot(query.notText), without: { notText: '' } },
    query.library !== null && { label: libraryName ?? `${words.library} ${query.library}`, without: { library: null } },
    query.camera !== '' && { label: query.camera, without: { camera: '' } },
    query.after !== '' && { label: words.chipAfter(formatDay(query.after)), without: { after: '' } },
    query.before !== '' && { label: words.chipBefore(formatDay(query.before)), without: { before: '' } },
  ];
  return chips.filter((chip) => chip !== false);
}
