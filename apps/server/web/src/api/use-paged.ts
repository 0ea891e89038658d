import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiPage } from '../../../src/api/index.js';
import { isReturn } from '../use-route.js';
import { isAbort } from './http.js';
import { keepState, keptState } from './kept-lists.js';

export type FetchPage<P> = (cursor: string | null, signal: AbortSignal) => Promise<P>;

export interface Paged<T, P> {
  readonly items: readonly T[];
  /** The last page that came, for what it says beside its items. */
  readonly last: P | null;
  readonly isLoading: boolean;
  readonly isDone: boolean;
  readonly error: unknown;
  loadMore(): void;
  /** From the first page again; the old items stay on screen until it is here. */
  reload(): void;
}

interface State<T, P> {
  readonly key: string;
  readonly items: readonly T[];
  readonly last: P | null;
  readonly isLoading: boolean;
  readonly error: unknown;
}

/**
 * A list that grows page by page.
 * @param key changes when another list is meant; the old one is dropped and its request ended
 * @param isKept whether the back button finds the list as it was left, rather than a new one
 */
export function usePaged<T, P extends ApiPage<T>>(
  key: string,
  fetchPage: FetchPage<P>,
  { isKept = false }: { readonly isKept?: boolean } = {},
): Paged<T, P> {
  const startState = (): State<T, P> => (isKept && isReturn() ? keptOr<T, P>(key) : emptyState(key));
  const [state, setState] = useState<State<T, P>>(startState);
  const running = useRef<AbortController | null>(null);
  const fetchRef = useRef(fetchPage);
  fetchRef.current = fetchPage;

  const load = useCallback(
    async (cursor: string | null, before: readonly T[]): Promise<void> => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setState((old) => ({ ...(old.key === key ? old : emptyState<T, P>(key)), isLoading: true, error: null }));
      try {
        const page = await fetchFilled(fetchRef.current, cursor, controller.signal);
        if (controller.signal.aborted) return;
        const loaded = { key, items: [...before, ...page.items], last: page, isLoading: false, error: null };
        if (isKept) keepState(key, loaded);
        setState(loaded);
      } catch (error) {
        if (controller.signal.aborted || isAbort(error)) return;
        setState((old) => ({ ...old, isLoading: false, error }));
      }
    },
    [key],
  );

  useEffect(() => {
    const start = startState();
    if (start.last === null) void load(null, []);
    else setState(start);
    return () => running.current?.abort();
  }, [load]);

  // Until the effect of a new key has run, the state still holds the list before it.
  const shown = state.key === key ? state : startState();
  const next = shown.last?.nextCursor ?? null;
  return {
    items: shown.items,
    last: shown.last,
    isLoading: shown.isLoading,
    isDone: shown.last !== null && next === null,
    error: shown.error,
    loadMore: () => {
      if (!shown.isLoading && next !== null) void load(next, shown.items);
    },
    reload: () => void load(null, []),
  };
}

/** A server that looks for rare photos may answer with an empty page and go on with the next. */
async function fetchFilled<P extends ApiPage<unknown>>(
  fetchPage: FetchPage<P>,
  cursor: string | null,
  signal: AbortSignal,
): Promise<P> {
  let page = await fetchPage(cursor, signal);
  while (page.items.length === 0 && page.nextCursor !== null) page = await fetchPage(page.nextCursor, signal);
  return page;
}

function keptOr<T, P>(key: string): State<T, P> {
  // The key names one list, and with it the types of its items and pages.
  return (keptState(key) as State<T, P> | undefined) ?? emptyState(key);
}

function emptyState<T, P>(key: string): State<T, P> {
  return { key, items: [], last: null, isLoading: true, error: null };
}
