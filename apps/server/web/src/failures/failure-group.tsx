import type { JSX } from 'preact';
import type { ApiFailures } from '../../../src/api/index.js';
import { formatRoute } from '../route.js';
import { texts } from '../texts.js';

interface FailureGroupProps {
  readonly group: ApiFailures['groups'][number];
  readonly isBusy: boolean;
  readonly onRetry: () => void;
}

/** One reason: how many photos it holds back, what a person can do, and a button for all of them. */
export function FailureGroup({ group, isBusy, onRetry }: FailureGroupProps): JSX.Element {
  const title = texts.failures.group(group.reason);
  return (
    <li class="card group">
      <div class="group-head">
        <div>
          <h2>
            <a href={formatRoute({ kind: 'failures', reason: group.reason })}>{title}</a>
          </h2>
          <p class="hint">
            {texts.photoCount(group.count)} ·{' '}
            {group.status === 'pending' ? texts.failures.waiting : texts.failures.given} · <code>{group.reason}</code>
          </p>
        </div>
        <button
          type="button"
          class="button"
          disabled={isBusy}
          aria-label={`${texts.failures.retryGroup}: ${title}`}
          onClick={onRetry}
        >
          {texts.failures.retryGroup}
        </button>
      </div>
      {group.remedy !== null && <p>{group.remedy}</p>}
    </li>
  );
}
