import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApiLibrary } from '../../../src/api/index.js';
import { getLibraries } from '../api/endpoints.js';
import { isAbort } from '../api/http.js';
import { useLiveStatus } from '../api/status-context.js';
import { LibraryCard } from '../libraries/library-card.js';
import { LibraryForm } from '../libraries/library-form.js';
import { Icon } from '../parts/icon.js';
import { EmptyState, ErrorState } from '../parts/notice.js';
import { texts } from '../texts.js';

/** Add, exclude, scan, remove. */
export function LibrariesPage(): JSX.Element {
  const [libraries, setLibraries] = useState<readonly ApiLibrary[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isAdding, setAdding] = useState(false);
  const { status } = useLiveStatus();

  const load = useCallback(async (signal?: AbortSignal): Promise<void> => {
    try {
      setLibraries(await getLibraries(signal));
      setError(null);
    } catch (cause) {
      if (!isAbort(cause)) setError(cause);
    }
  }, []);

  // Scans that start and end, counts that grow: each status makes the list worth another look.
  useEffect(() => {
    const controller = new AbortController();
    void load(controller.signal);
    return () => controller.abort();
  }, [load, status?.libraries]);

  if (error !== null && libraries === null) return <ErrorState error={error} onRetry={() => void load()} />;
  return (
    <div class="page">
      <div class="row row-spread">
        <h1>{texts.libraries.title}</h1>
        <button type="button" class="button" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
          <Icon name="plus" />
          {texts.libraries.add}
        </button>
      </div>
      {isAdding && <LibraryForm kind="add" onDone={() => setAdding(false)} />}
      {libraries?.length === 0 && !isAdding && <EmptyState icon="libraries" title={texts.libraries.none} />}
      {libraries?.map((library) => (
        <LibraryCard key={library.id} library={library} onChanged={() => void load()} />
      ))}
    </div>
  );
}
