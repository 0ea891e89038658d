import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../api/http.js';
import { useLiveStatus } from '../api/status-context.js';
import { texts } from '../texts.js';
import { Icon } from './icon.js';
import type { IconName } from './icon-paths.js';

interface NoticeProps {
  readonly tone: 'info' | 'warning';
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}

/** A band above the content: something to know, or something that needs attention. */
export function Notice({ tone, title, children, action }: NoticeProps): JSX.Element {
  return (
    <div class={`notice notice-${tone}`} role="status">
      <Icon name={tone === 'warning' ? 'failures' : 'info'} />
      <div class="notice-text">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** What stands where content would be. */
export function EmptyState({ icon, title, children }: EmptyStateProps): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What went wrong, and the way to try again; after an outage of the server it does so by itself. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }): JSX.Element {
  const { connection } = useLiveStatus();
  const wasLost = useRef(false);
  useEffect(() => {
    if (wasLost.current && connection !== 'lost') onRetry();
    wasLost.current = connection === 'lost';
  }, [connection]);
  return (
    <EmptyState icon="failures" title={texts.common.failed}>
      <p>{errorText(error)}</p>
      <button type="button" class="button" onClick={onRetry}>
        {texts.common.tryAgain}
      </button>
    </EmptyState>
  );
}

/** One sentence for people; the server's own words where it had some. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return texts.common.failed;
  if (error.status === 0) return texts.common.unreachable;
  if (error.status === 429) return texts.common.limited;
  return error.message || texts.common.failed;
}
