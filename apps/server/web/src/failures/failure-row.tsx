import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiFailure } from '../../../src/api/index.js';
import { fileName, formatMoment } from '../format.js';
import { texts } from '../texts.js';
import { Explanation } from './explanation.js';

interface FailureRowProps {
  readonly failure: ApiFailure;
  readonly isRetried: boolean;
  readonly isBusy: boolean;
  readonly onRetry: () => void;
}

/** One photo: its path, what went wrong in the decoder's or encoder's words, explain and retry. */
export function FailureRow({ failure, isRetried, isBusy, onRetry }: FailureRowProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const name = fileName(failure.relPath);
  return (
    <li class="failure">
      <div class="failure-main">
        <p class="failure-path">
          <bdi>{failure.relPath}</bdi>
        </p>
        <p class="hint">
          <bdi>{messageWithoutRemedy(failure)}</bdi>
          {` · ${attemptText(failure)}`}
        </p>
        {isOpen && <Explanation id={failure.id} />}
      </div>
      <div class="row">
        <button
          type="button"
          class="button button-quiet"
          aria-expanded={isOpen}
          aria-label={`${texts.failures.explain}: ${name}`}
          onClick={() => setOpen(!isOpen)}
        >
          {texts.failures.explain}
        </button>
        {isRetried ? (
          <span class="hint" role="status">
            {texts.failures.retried}
          </span>
        ) : (
          <button
            type="button"
            class="button"
            disabled={isBusy}
            aria-label={`${texts.failures.retryOne}: ${name}`}
            onClick={onRetry}
          >
            {texts.failures.retryOne}
          </button>
        )}
      </div>
    </li>
  );
}

// The group above says what to do, once; the decoder's messages end with it.
function messageWithoutRemedy({ message, remedy }: ApiFailure): string {
  const isRepeated = remedy !== null && message.length > remedy.length && message.endsWith(remedy);
  return isRepeated ? message.slice(0, -remedy.length).trimEnd() : message;
}

function attemptText(failure: ApiFailure): string {
  const attempts = texts.failures.attempts(failure.attempts);
  if (failure.nextAttemptAt === null) return attempts;
  return `${attempts}, ${texts.failures.nextTry(formatMoment(failure.nextAttemptAt, Date.now()))}`;
}
