import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useFilters } from '../api/use-filters.js';
import { formatMonthOnly } from '../format.js';
import { Icon } from '../parts/icon.js';
import { errorText } from '../parts/notice.js';
import { useDismiss } from '../parts/use-dismiss.js';
import { formatRoute, type SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { groupByYear, lastDayOf, monthsOf, type Year } from './years.js';

const words = texts.timeline;

/** A button that stays in sight while the timeline scrolls, and opens the years and months that hold photos. */
export function DateJump({ query }: { readonly query: SearchQuery }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  useDismiss(ref, () => setOpen(false));
  return (
    <div ref={ref} class="jump">
      <button
        type="button"
        class="button jump-button"
        title={words.jump}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="calendar" />
        <span class="jump-label">{words.jump}</span>
      </button>
      {isOpen && <JumpPanel query={query} onJump={() => setOpen(false)} />}
    </div>
  );
}

function JumpPanel({ query, onJump }: { readonly query: SearchQuery; readonly onJump: () => void }): JSX.Element {
  const { filters, error } = useFilters();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.querySelector('a')?.focus(), [filters]);
  // The timeline goes on below the chosen month: only its beginning is set.
  const hrefTo = (before: string): string =>
    formatRoute({ kind: 'photos', query: { ...query, after: '', before }, photo: null });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
    <div ref={panel} class="jump-panel" role="group" aria-label={words.jump} onKeyDown={moveFocus} onClick={onJump}>
      {error !== null && <p class="field-error">{errorText(error)}</p>}
      {filters === null && error === null && <p class="hint">{texts.common.loading}</p>}
      {filters?.months.length === 0 && <p class="hint">{words.noDates}</p>}
      {filters !== null && filters.months.length > 0 && (
        <a class="jump-newest" href={hrefTo('')}>
          {words.newest}
        </a>
      )}
      {groupByYear(filters?.months ?? []).map((year) => (
        <YearRow key={year.year} year={year} hrefTo={hrefTo} current={query.before} />
      ))}
    </div>
  );
}

interface YearRowProps {
  readonly year: Year;
  readonly hrefTo: (before: string) => string;
  readonly current: string;
}

/** Months without photos stand there too, only to be seen: the others keep their places below each other. */
function YearRow({ year: { year, months }, hrefTo, current }: YearRowProps): JSX.Element {
  return (
    <div class="jump-row">
      <a class="jump-year" href={hrefTo(`${year}-12-31`)}>
        {year}
      </a>
      <ul class="jump-months">
        {monthsOf(year).map((month) => (
          <li key={month}>
            {months.has(month) ? (
              <a href={hrefTo(lastDayOf(month))} aria-current={lastDayOf(month) === current ? 'date' : undefined}>
                {formatMonthOnly(month)}
              </a>
            ) : (
              <span aria-hidden="true">{formatMonthOnly(month)}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [selector: string, step: number]>> = {
  ArrowRight: ['a', 1],
  ArrowLeft: ['a', -1],
  ArrowDown: ['.jump-newest, .jump-year', 1],
  ArrowUp: ['.jump-newest, .jump-year', -1],
};

/** Arrows go from date to date and from year to year; Tab would take hundreds of steps. */
function moveFocus(event: JSX.TargetedKeyboardEvent<HTMLElement>): void {
  const [selector, step] = STEPS[event.key] ?? [];
  if (selector === undefined || step === undefined) return;
  event.preventDefault();
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const here = document.activeElement?.closest('.jump-row, .jump-newest');
  const from = selector === 'a' ? document.activeElement : (here?.querySelector('.jump-year') ?? here);
  links[Math.max(0, links.indexOf(from as HTMLElement) + step)]?.focus(); // An element, or null: then not found, -1.
}
