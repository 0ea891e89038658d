import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiClipExplanation } from '../../../src/api/index.js';
import { explainImage } from '../api/endpoints.js';
import { isAbort } from '../api/http.js';
import { errorText } from '../parts/notice.js';
import { texts } from '../texts.js';

/** The server's own account of why a photo is searchable, or is not. */
export function Explanation({ id }: { readonly id: number }): JSX.Element {
  const [answer, setAnswer] = useState<ApiClipExplanation | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    setAnswer(null);
    explainImage(id, controller.signal)
      .then(setAnswer)
      .catch((cause: unknown) => {
        if (!isAbort(cause)) setError(errorText(cause));
      });
    return () => controller.abort();
  }, [id]);
  if (error !== null) return <p class="field-error">{error}</p>;
  if (answer === null) return <p class="hint">{texts.common.loading}</p>;
  return (
    <div class="explanation">
      <p>
        <bdi>{answer.explanation}</bdi>
      </p>
      {answer.remedy !== null && (
        <p>
          <strong>{texts.failures.remedy}:</strong> {answer.remedy}
        </p>
      )}
    </div>
  );
}
