import { useState } from 'preact/hooks';
import { errorText } from './notice.js';

export interface Action {
  readonly isBusy: boolean;
  /** Why the last run failed; null when it did not. */
  readonly error: string | null;
  /** Runs once at a time; resolves to false when it failed. */
  run(work: () => Promise<unknown>): Promise<boolean>;
}

/** One button's or form's request: busy while it runs, and the reason when it fails. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (cause) {
      setError(errorText(cause));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, run };
}
