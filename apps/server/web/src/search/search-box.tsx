import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { useDismiss } from '../parts/use-dismiss.js';
import { EMPTY_QUERY, formatRoute, HOME, type Route, type SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { navigate } from '../use-route.js';
import { countFilters } from './count-filters.js';
import { FilterPanel } from './filter-panel.js';
import { keepUpload } from './upload-store.js';

/** Words, filters and a picture of one's own. What is searched is in the address; this only edits it. */
export function SearchBox({ query }: { readonly query: SearchQuery }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(query);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setDraft(query), [query]);
  useSlashKey(input);
  useDismiss(form, () => setOpen(false));

  const submit = (next: SearchQuery): void => {
    setOpen(false);
    input.current?.blur();
    const route: Route = { kind: 'photos', query: trimmed(next), photo: null };
    if (formatRoute(route) === location.hash) window.scrollTo(0, 0);
    navigate(route);
  };
  const hasFilters = countFilters(query) > 0;
  return (
    <search class="search">
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit(draft.text.trim() === '' ? draft : { ...draft, like: null, crop: null, upload: null });
        }}
      >
        <div class="search-field">
          <Icon name="search" />
          <input
            ref={input}
            type="search"
            enterkeyhint="search"
            autocomplete="off"
            aria-label={texts.search.label}
            placeholder={
              matchMedia('(max-width: 900px)').matches ? texts.search.placeholderShort : texts.search.placeholder
            }
            maxLength={1000}
            value={draft.text}
            onInput={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
          />
          {(draft.text !== '' || query !== EMPTY_QUERY) && isAnything(query, draft) && (
            <button
              type="button"
              class="icon-button"
              title={texts.search.clear}
              aria-label={texts.search.clear}
              onClick={() => navigate(HOME)}
            >
              <Icon name="close" />
            </button>
          )}
          <UploadButton
            onChosen={(file) => submit({ ...draft, text: '', like: null, crop: null, upload: keepUpload(file) })}
          />
          <button
            type="button"
            class={`icon-button ${hasFilters ? 'icon-button-on' : ''}`}
            title={texts.search.filters}
            aria-label={texts.search.filters}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="filter" />
          </button>
        </div>
        {isOpen && (
          <FilterPanel
            draft={draft}
            onChange={setDraft}
            onReset={() =>
              submit({ ...EMPTY_QUERY, text: draft.text, like: draft.like, crop: draft.crop, upload: draft.upload })
            }
          />
        )}
      </form>
    </search>
  );
}

function UploadButton({ onChosen }: { readonly onChosen: (file: File) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept="image/*,.heic,.heif,.cr2,.cr3,.nef,.arw,.dng,.raf,.rw2,.orf"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onChosen(file);
        }}
      />
      <button
        type="button"
        class="icon-button"
        title={texts.search.byPicture}
        aria-label={texts.search.byPicture}
        onClick={() => input.current?.click()}
      >
        <Icon name="picture" />
      </button>
    </>
  );
}

function isAnything(query: SearchQuery, draft: SearchQuery): boolean {
  return draft.text !== '' || query.like !== null || query.upload !== null || countFilters(query) > 0;
}

function trimmed(query: SearchQuery): SearchQuery {
  // Other words start without their weak matches.
  const text = query.text.trim();
  return { ...query, weak: false, text, notText: text === '' ? '' : query.notText.trim() };
}

function useSlashKey(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || document.querySelector('.pswp')) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [input]);
}
