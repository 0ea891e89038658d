import { useEffect, useState } from 'preact/hooks';
import type { ApiFilters } from '../../../src/api/index.js';
import { getFilters } from './endpoints.js';
import { isAbort } from './http.js';

export interface Filters {
  readonly filters: ApiFilters | null;
  /** Why they did not come; null when they did, or are on their way. */
  readonly error: unknown;
}

/** What the filters can be set to, asked for when something that shows them appears. */
export function useFilters(): Filters {
  const [state, setState] = useState<Filters>({ filters: null, error: null });
  useEffect(() => {
    const controller = new AbortController();
    getFilters(controller.signal)
      .then((filters) => setState({ filters, error: null }))
      .catch((error: unknown) => {
        if (!isAbort(error)) setState({ filters: null, error });
      });
    return () => controller.abort();
  }, []);
  return state;
}
