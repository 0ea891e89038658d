import type { JSX } from 'preact';
import type { ApiClipStatus, ApiCounts } from '../../../src/api/index.js';
import type { Connection } from '../api/live-status.js';
import { useLiveStatus } from '../api/status-context.js';
import { formatCount, formatEta, formatRate, formatShare } from '../format.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { ConcurrencyControl } from '../progress/concurrency-control.js';
import { EncoderList } from '../progress/encoder-list.js';
import { ModelChange } from '../progress/model-change.js';
import { PauseButton } from '../progress/pause-button.js';
import { formatRoute } from '../route.js';
import { texts } from '../texts.js';

const words = texts.progress;

/** How far the encoding is, how long it takes, and the brakes. */
export function ProgressPage(): JSX.Element {
  const { status, connection } = useLiveStatus();
  if (!status) return <p class="hint">{texts.common.loading}</p>;
  return (
    <div class="page">
      <h1>{words.title}</h1>
      <Headline status={status} connection={connection} />
      <ModelChange status={status} />
      <Counts counts={status} />
      <section class="card">
        <h2>{words.libraries}</h2>
        <ul class="plain-list">
          {status.libraries.map((library) => (
            <li key={library.id} class="library-progress">
              <span class="library-progress-name">{library.name}</span>
              <ProgressBar label={library.name} share={library.coverage} isMoving={library.scanning} />
              <span class="hint">{libraryState(library)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{words.encoders}</h2>
        <EncoderList encoders={status.encoders} />
        {status.state !== 'disabled' && <ConcurrencyControl value={status.concurrency} />}
      </section>
    </div>
  );
}

function Headline({
  status,
  connection,
}: {
  readonly status: ApiClipStatus;
  readonly connection: Connection;
}): JSX.Element {
  const isRunning = status.state === 'running';
  return (
    <section class={`card headline headline-${status.state}`}>
      <div class="headline-top">
        <div>
          <p class="headline-state" role="status">
            <span class="dot" aria-hidden="true" />
            {headlineText(status)}
          </p>
          <p class="headline-share">{formatShare(status.coverage)}</p>
        </div>
        <PauseButton state={status.state} />
      </div>
      <ProgressBar label={words.bar} share={status.coverage} isMoving={isRunning} />
      <p class="headline-facts">
        <span>{words.of(formatCount(status.encoded), formatCount(status.photos - status.skipped))}</span>
        {isRunning && status.imagesPerSecond > 0 && <span>{words.rate(formatRate(status.imagesPerSecond))}</span>}
        {isRunning && status.pending > 0 && (
          <span>{status.etaSeconds ? words.left(formatEta(status.etaSeconds)) : words.etaUnknown}</span>
        )}
        <span class="headline-connection">{connection === 'connecting' ? '' : words[connection]}</span>
      </p>
      {status.reason !== null && <p class="headline-reason">{status.reason}</p>}
      {status.state === 'paused' && status.reason === null && <p class="headline-reason">{words.paused}</p>}
    </section>
  );
}

function headlineText(status: ApiClipStatus): string {
  if (status.state !== 'idle') return words.state[status.state];
  if (status.photos === 0)
    return status.libraries.some((library) => library.scanning) ? words.scanning : words.idleEmpty;
  if (status.pending > 0) return words.idlePending;
  return status.failed > 0 ? words.idleWithFailures : words.state.idle;
}

function Counts({ counts }: { readonly counts: ApiCounts }): JSX.Element {
  const cells = [
    { count: counts.encoded, label: words.encoded },
    { count: counts.pending, label: words.pending },
    { count: counts.failed, label: words.failed, href: formatRoute({ kind: 'failures', reason: null }) },
    { count: counts.skipped, label: words.skipped, title: words.skippedHint },
    { count: counts.missing, label: words.missing, title: words.missingHint },
    { count: counts.lowQuality, label: words.lowQuality },
  ];
  // The first three are always there; the others only when they say something.
  return (
    <ul class="counts">
      {cells
        .filter((cell, index) => index < 3 || cell.count > 0)
        .map((cell) => (
          <li key={cell.label} title={cell.title}>
            <strong>{formatCount(cell.count)}</strong>
            {cell.href !== undefined && cell.count > 0 ? (
              <a href={cell.href}>{cell.label}</a>
            ) : (
              <span>{cell.label}</span>
            )}
          </li>
        ))}
    </ul>
  );
}

function libraryState(library: ApiClipStatus['libraries'][number]): string {
  if (library.state !== 'online') return library.stateReason ?? texts.libraries.state[library.state];
  if (library.scanning) return words.scanning;
  return words.of(formatCount(library.encoded), formatCount(library.photos - library.skipped));
}
