import type { JSX } from 'preact';
import type { ApiClipStatus, ApiModelChange } from '../../../src/api/index.js';
import { rollBackModel, switchModel } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { formatCount, formatEta } from '../format.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { useAction } from '../parts/use-action.js';
import { texts } from '../texts.js';

const words = texts.modelChange;

/** Photos on their way to another model, or an encoder that offers one; nothing otherwise. */
export function ModelChange({ status }: { readonly status: ApiClipStatus }): JSX.Element | null {
  if (status.change !== null) return <UnderWay change={status.change} />;
  const offered = status.encoders.find(
    ({ state, model }) => state === 'misconfigured' && model !== null && model.version !== status.model?.version,
  )?.model;
  if (status.state !== 'misconfigured' || !offered || status.model === null) return null;
  return (
    <section class="card">
      <h2>{words.offered(offered.name)}</h2>
      <p>{words.explained(status.model.name, offered.name)}</p>
      <Actions actions={[{ label: words.begin, run: () => switchModel(false) }]} />
    </section>
  );
}

function UnderWay({ change }: { readonly change: ApiModelChange }): JSX.Element {
  const isEncoding = change.state === 'encoding';
  const actions = [
    { label: words.now, run: () => switchModel(true) },
    { label: words.back, run: rollBackModel },
  ];
  return (
    <section class="card">
      <h2>{words.title(change.to.name)}</h2>
      <ProgressBar label={words.title(change.to.name)} share={change.coverage} isMoving />
      <p class="headline-facts">
        <span>{texts.progress.of(formatCount(change.done), formatCount(change.total))}</span>
        {change.etaSeconds && <span>{texts.progress.left(formatEta(change.etaSeconds))}</span>}
      </p>
      <p>{isEncoding ? words.searchStays(change.from?.name ?? '') : words.searchIsThere(change.to.name)}</p>
      {change.notFound > 0 && <p class="hint">{words.notFound(formatCount(change.notFound))}</p>}
      {isEncoding && <Actions actions={actions} />}
    </section>
  );
}

interface Action {
  readonly label: string;
  run(): Promise<unknown>;
}

function Actions({ actions }: { readonly actions: readonly Action[] }): JSX.Element {
  const feed = useStatusFeed();
  const action = useAction();
  const take = ({ run }: Action): Promise<boolean> =>
    action.run(async () => {
      await run();
      await feed.refresh();
    });
  return (
    <>
      <div class="row">
        {actions.map((each) => (
          <button
            key={each.label}
            type="button"
            class="button"
            disabled={action.isBusy}
            onClick={() => void take(each)}
          >
            {each.label}
          </button>
        ))}
      </div>
      {action.error && (
        <p class="field-error" role="alert">
          {action.error}
        </p>
      )}
    </>
  );
}
