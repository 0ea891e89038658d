import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useLiveStatus } from '../api/status-context.js';
import { formatCount, formatShare } from '../format.js';
import { EMPTY_QUERY, formatRoute, HOME, parseRoute, type Route } from '../route.js';
import { SearchBox } from '../search/search-box.js';
import { texts } from '../texts.js';
import { BrandMark } from './brand-mark.js';
import { Icon } from './icon.js';
import type { IconName } from './icon-paths.js';

const ENTRIES: readonly { readonly icon: IconName; readonly route: Route; readonly label: string }[] = [
  { icon: 'photos', route: HOME, label: texts.nav.photos },
  { icon: 'progress', route: { kind: 'progress' }, label: texts.nav.progress },
  { icon: 'failures', route: { kind: 'failures', reason: null }, label: texts.nav.failures },
  { icon: 'libraries', route: { kind: 'libraries' }, label: texts.nav.libraries },
  { icon: 'settings', route: { kind: 'settings' }, label: texts.nav.settings },
];

interface ShellProps {
  readonly route: Route;
  readonly children: ComponentChildren;
}

/** Header with the search box, the navigation (at the bottom on a phone), and the page between. */
export function Shell({ route, children }: ShellProps): JSX.Element {
  const { status, connection } = useLiveStatus();
  const query = route.kind === 'photos' ? route.query : EMPTY_QUERY;
  useTitle(route);
  const notes: Partial<Record<Route['kind'], string>> = {};
  if (status && status.pending > 0) notes.progress = formatShare(status.coverage);
  if (status && status.failed > 0) notes.failures = formatCount(status.failed);
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        {texts.skip}
      </button>
      <header class="header">
        <a class="brand" href={formatRoute(HOME)} aria-label={texts.product} onClick={goUpWhenHere}>
          <BrandMark size={30} />
          <span class="brand-name">{texts.product}</span>
        </a>
        <SearchBox query={query} />
        <nav class="nav" aria-label={texts.nav.label}>
          {ENTRIES.map((entry) => (
            <a
              key={entry.label}
              class="nav-entry"
              href={formatRoute(entry.route)}
              title={entry.label}
              aria-current={entry.route.kind === route.kind ? 'page' : undefined}
              onClick={goUpWhenHere}
            >
              <Icon name={entry.icon} />
              <span class="nav-label">{entry.label}</span>
              {notes[entry.route.kind] && <span class="nav-note">{notes[entry.route.kind]}</span>}
            </a>
          ))}
        </nav>
      </header>
      {connection === 'lost' && (
        <div class="lost" role="status">
          {texts.notices.lost}
        </div>
      )}
      <main id="main" class="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

// A link to where one is already would do nothing at all.
function goUpWhenHere({ currentTarget }: JSX.TargetedMouseEvent<HTMLAnchorElement>): void {
  if (currentTarget.hash === formatRoute(parseRoute(location.hash))) window.scrollTo(0, 0);
}

// The hash is the route, so a plain link to #main would leave the page.
function focusMain(): void {
  document.getElementById('main')?.focus();
}

function useTitle(route: Route): void {
  const page = route.kind === 'photos' ? (route.query.text === '' ? null : route.query.text) : texts.nav[route.kind];
  useEffect(() => {
    document.title = page === null ? texts.product : `${page} · ${texts.product}`;
  }, [page]);
}
