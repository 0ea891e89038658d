import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiImage } from '../../../src/api/index.js';
import { formatMonth } from '../format.js';
import { texts } from '../texts.js';
import { type GridMove, layOutGrid, moveInGrid, visiblePart } from './grid-layout.js';
import { PhotoTile } from './photo-tile.js';
import type { PhotoSection } from './sections.js';
import { useScrollWindow, useWidth } from './use-window.js';

const HEADING_HEIGHT = 48;

const MOVES: Readonly<Record<string, GridMove>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

interface PhotoGridProps {
  readonly label: string;
  readonly sections: readonly PhotoSection[];
  readonly isOpenEnded: boolean;
  readonly hrefOf: (photo: ApiImage) => string;
  readonly badgeOf?: (photo: ApiImage) => string | null;
  /** Called when the end comes near the screen. */
  readonly onNearEnd: () => void;
}

/** Justified rows of photos. Only what is near the screen is in the document. One tab stop; arrow keys move inside. */
export function PhotoGrid(props: PhotoGridProps): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const hasHeadings = props.sections.some((section) => section.year !== null);
  const headingHeight = hasHeadings ? HEADING_HEIGHT : 0;
  const { sections, isOpenEnded, onNearEnd } = props;
  const layout = useMemo(
    () => (width > 0 ? layOutGrid(sections, { width, headingHeight, isOpenEnded }) : { height: 0, sections: [] }),
    [sections, width, headingHeight, isOpenEnded],
  );
  const range = useScrollWindow(ref, [layout]);
  const [focusedId, setFocusedId] = useState<number | null>(null);
  const focusPending = usePendingFocus(ref);

  const isNearEnd = width > 0 && isOpenEnded && range.to >= layout.height;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, layout]);

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>): void => {
    const move = MOVES[event.key];
    const from = focusPending.target() ?? Number((event.target as HTMLElement).dataset.photo);
    if (!move || !from || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const box = moveInGrid(layout, from, move);
    if (!box) return;
    scrollToBox(ref.current, box);
    setFocusedId(box.photo.id);
    focusPending.aimAt(box.photo.id);
  };

  const tabStop = focusedId ?? layout.sections[0]?.boxes[0]?.photo.id;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
    <div
      ref={ref}
      class="grid"
      role="group"
      aria-label={props.label}
      style={{ height: `${layout.height}px` }}
      onKeyDown={onKeyDown}
    >
      {visiblePart(layout, range.from, range.to).map(({ key, section, top, boxes }) => (
        <section key={key}>
          {section.year !== null && section.month !== null && (
            <h2 class="grid-heading" style={{ top: `${top}px` }}>
              {formatMonth(section.year, section.month)}
            </h2>
          )}
          {boxes.map((box) => (
            <PhotoTile
              key={box.photo.id}
              box={box}
              href={props.hrefOf(box.photo)}
              badge={props.badgeOf?.(box.photo) ?? null}
              isTabStop={box.photo.id === tabStop}
            />
          ))}
        </section>
      ))}
      {layout.height === 0 && width > 0 && sections.length > 0 && <p>{texts.grid.loading}</p>}
    </div>
  );
}

interface PendingFocus {
  /** The photo that the focus is on its way to, if it has not arrived. */
  target(): number | null;
  aimAt(photoId: number): void;
}

/** Focuses a tile now, or as soon as scrolling has brought it into the document; keys pressed meanwhile count from it. */
function usePendingFocus(ref: RefObject<HTMLElement>): PendingFocus {
  const pending = useRef<number | null>(null);
  const arrive = (): void => {
    const tile = ref.current?.querySelector<HTMLElement>(`[data-photo="${pending.current}"]`);
    if (!tile) return;
    pending.current = null;
    tile.focus({ preventScroll: true });
  };
  useEffect(arrive);
  return {
    target: () => pending.current,
    aimAt(photoId) {
      pending.current = photoId;
      arrive();
    },
  };
}

function scrollToBox(grid: HTMLElement | null, box: { readonly top: number; readonly height: number }): void {
  if (!grid) return;
  const top = grid.getBoundingClientRect().top + box.top;
  const margin = 96;
  if (top < margin) window.scrollBy(0, top - margin);
  else if (top + box.height > window.innerHeight - margin)
    window.scrollBy(0, top + box.height - window.innerHeight + margin);
}
