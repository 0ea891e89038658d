import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiFailure, ApiFailures, ApiRetryRequest } from '../../../src/api/index.js';
import { FAILURES_A_PAGE, listFailures, retryFailures } from '../api/endpoints.js';
import { useLiveStatus, useStatusFeed } from '../api/status-context.js';
import { usePaged } from '../api/use-paged.js';
import { FailureGroup } from '../failures/failure-group.js';
import { FailureRow } from '../failures/failure-row.js';
import { Icon } from '../parts/icon.js';
import { EmptyState, ErrorState } from '../parts/notice.js';
import { useAction } from '../parts/use-action.js';
import { formatRoute } from '../route.js';
import { texts } from '../texts.js';

const words = texts.failures;

/** What could not be made searchable, grouped by reason, and how to try again: one, a group, or all. */
export function FailuresPage({ reason }: { readonly reason: string | null }): JSX.Element {
  const [retried, setRetried] = useState<ReadonlySet<number>>(new Set());
  const action = useAction();
  const feed = useStatusFeed();
  const pages = usePaged<ApiFailure, ApiFailures>(`failures ${reason}`, (cursor, signal) =>
    listFailures({ reason }, cursor, signal),
  );
  const { items, last, isDone, isLoading, error } = pages;
  const groups = last?.groups ?? [];
  const failed = useLiveStatus().status?.failed ?? countOf(groups, 'failed');
  useReloadOnRise(failed, () => {
    // Further down, new rows at the top would move what is looked at.
    if (items.length > FAILURES_A_PAGE) return;
    setRetried(new Set());
    pages.reload();
  });
  const retry = async (choice: ApiRetryRequest): Promise<void> => {
    const isDone = await action.run(() => retryFailures(choice));
    if (!isDone) return;
    if ('ids' in choice) setRetried(new Set([...retried, ...choice.ids]));
    else pages.reload();
    await feed.refresh();
  };

  if (error !== null && items.length === 0) return <ErrorState error={error} onRetry={pages.reload} />;
  if (last === null) return <p class="hint">{texts.common.loading}</p>;
  if (groups.length === 0 && items.length === 0)
    return (
      <EmptyState icon="check" title={words.none}>
        <p>{words.noneHint}</p>
      </EmptyState>
    );
  const shown = reason === null ? groups : groups.filter((group) => group.reason === reason);
  return (
    <div class="page">
      <div class="row row-spread">
        <h1>{words.title}</h1>
        <button type="button" class="button" disabled={action.isBusy} onClick={() => void retry({ all: true })}>
          <Icon name="retry" />
          {words.retryAll}
        </button>
      </div>
      <p class="lead">{words.lead(failed, countOf(groups, 'pending'))}</p>
      {action.error && (
        <p class="field-error" role="alert">
          {action.error}
        </p>
      )}
      {reason !== null && <a href={formatRoute({ kind: 'failures', reason: null })}>{words.all}</a>}
      <ul class="groups">
        {shown.map((group) => (
          <FailureGroup
            key={`${group.reason} ${group.status} ${group.errorClass}`}
            group={group}
            isBusy={action.isBusy}
            onRetry={() => void retry({ reason: group.reason })}
          />
        ))}
      </ul>
      <ul class="failures">
        {items.map((failure) => (
          <FailureRow
            key={failure.id}
            failure={failure}
            isRetried={retried.has(failure.id)}
            isBusy={action.isBusy}
            onRetry={() => void retry({ ids: [failure.id] })}
          />
        ))}
      </ul>
      {!isDone && (
        <button type="button" class="button" disabled={isLoading} onClick={pages.loadMore}>
          {texts.common.more}
        </button>
      )}
    </div>
  );
}

/** What fails while one looks, and what fails again after a retry, shows up by itself. */
function useReloadOnRise(count: number, reload: () => void): void {
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current) reload();
    before.current = count;
  }, [count]);
}

function countOf(groups: ApiFailures['groups'], status: 'failed' | 'pending'): number {
  return groups.filter((group) => group.status === status).reduce((sum, group) => sum + group.count, 0);
}
