import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiLibrary } from '../../../src/api/index.js';
import { removeLibrary, scanLibrary } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { formatCount, formatMoment } from '../format.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { useAction } from '../parts/use-action.js';
import { EMPTY_QUERY, formatRoute } from '../route.js';
import { texts } from '../texts.js';
import { LibraryForm } from './library-form.js';
import { LibraryQuestion } from './library-question.js';

const words = texts.libraries;

interface LibraryCardProps {
  readonly library: ApiLibrary;
  readonly onChanged: () => void;
}

export function LibraryCard({ library, onChanged }: LibraryCardProps): JSX.Element {
  const [mode, setMode] = useState<'shown' | 'editing' | 'removing'>('shown');
  const action = useAction();
  const feed = useStatusFeed();
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    await action.run(work);
    setMode('shown');
    await feed.refresh();
    onChanged();
  };
  const done = (): void => {
    setMode('shown');
    onChanged();
  };
  return (
    <section class="card library" aria-label={library.name}>
      <div class="row row-spread">
        <h2>
          <bdi>{library.name}</bdi> <StatePill library={library} />
        </h2>
        <a href={formatRoute({ kind: 'photos', query: { ...EMPTY_QUERY, library: library.id }, photo: null })}>
          {words.show}
        </a>
      </div>
      <p class="library-path">
        <bdi>{library.rootPath}</bdi>
      </p>
      {library.stateReason !== null && <p class="warning">{library.stateReason}</p>}
      <LibraryQuestion library={library} isBusy={action.isBusy} onAnswer={(work) => void act(work)} />
      <ProgressBar label={library.name} share={library.counts.coverage} isMoving={library.scanning} />
      <p class="hint">{facts(library)}</p>
      <p class="hint">
        {library.excludedDirs.length === 0
          ? words.excludedNone
          : `${words.excluded}: ${library.excludedDirs.join(', ')}`}
      </p>
      {action.error && (
        <p class="field-error" role="alert">
          {action.error}
        </p>
      )}
      {mode === 'editing' ? (
        <LibraryForm kind="change" library={library} onDone={done} />
      ) : (
        <Buttons
          library={library}
          isBusy={action.isBusy}
          onScan={() => void act(() => scanLibrary(library.id))}
          onEdit={() => setMode('editing')}
          onRemove={() => setMode('removing')}
        />
      )}
      {mode === 'removing' && (
        <Dialog
          title={words.removeTitle(library.name)}
          confirm={words.removeYes}
          isBusy={action.isBusy}
          onConfirm={() => void act(() => removeLibrary(library.id))}
          onClose={() => setMode('shown')}
        >
          <p>{words.removeText}</p>
        </Dialog>
      )}
    </section>
  );
}

interface ButtonsProps {
  readonly library: ApiLibrary;
  readonly isBusy: boolean;
  readonly onScan: () => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function Buttons({ library, isBusy, onScan, onEdit, onRemove }: ButtonsProps): JSX.Element {
  return (
    <div class="row">
      <button type="button" class="button" disabled={isBusy || library.scanning} onClick={onScan}>
        <Icon name="scan" />
        {library.scanning ? words.scanning : words.scan}
      </button>
      <button type="button" class="button" onClick={onEdit}>
        <Icon name="edit" />
        {words.edit}
      </button>
      <button type="button" class="button button-quiet" onClick={onRemove}>
        <Icon name="trash" />
        {words.remove}
      </button>
    </div>
  );
}

function StatePill({ library }: { readonly library: ApiLibrary }): JSX.Element {
  return <span class={`pill pill-${library.state}`}>{words.state[library.state]}</span>;
}

function facts(library: ApiLibrary): string {
  const { counts } = library;
  const scanned =
    library.lastScanAt === null ? words.neverScanned : words.lastScan(formatMoment(library.lastScanAt, Date.now()));
  const failed = counts.failed > 0 ? [`${formatCount(counts.failed)} ${texts.progress.failed}`] : [];
  return [
    texts.progress.of(formatCount(counts.encoded), formatCount(counts.photos - counts.skipped)),
    ...failed,
    scanned,
  ].join(' · ');
}
