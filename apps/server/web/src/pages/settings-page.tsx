import type { JSX } from 'preact';
import type { ApiClipStatus } from '../../../src/api/index.js';
import { logout } from '../api/endpoints.js';
import { useLiveStatus } from '../api/status-context.js';
import { useAction } from '../parts/use-action.js';
import { ConcurrencyControl } from '../progress/concurrency-control.js';
import { EncoderList } from '../progress/encoder-list.js';
import { QuietHoursControl } from '../progress/quiet-hours-control.js';
import { forgetSignIn, hasSignedIn } from '../session.js';
import { texts } from '../texts.js';
import { StarterHelp } from './status-notices.js';

const words = texts.settings;

/** What can be changed while the server runs, what it runs with, and where the rest is set. */
export function SettingsPage(): JSX.Element {
  const { status, connection } = useLiveStatus();
  // Cards that come later would push the others down.
  if (connection === 'connecting') return <p class="hint">{texts.common.loading}</p>;
  return (
    <div class="page">
      <h1>{words.title}</h1>
      {status && <EncodingCard status={status} />}
      {status && <ModelCard model={status.model} />}
      <section class="card">
        <h2>{words.fixed}</h2>
        <p>{words.fixedText}</p>
        <pre>
          <code>{words.fixedCommand}</code>
        </pre>
      </section>
      <KeysCard />
      {hasSignedIn() && <SignOutCard />}
    </div>
  );
}

function EncodingCard({ status }: { readonly status: ApiClipStatus }): JSX.Element {
  return (
    <section class="card">
      <h2>{words.encoding}</h2>
      <EncoderList encoders={status.encoders} />
      {status.state !== 'disabled' && (
        <>
          <ConcurrencyControl value={status.concurrency} />
          <QuietHoursControl value={status.quietHours} />
        </>
      )}
    </section>
  );
}

function ModelCard({ model }: { readonly model: ApiClipStatus['model'] }): JSX.Element {
  return (
    <section class="card">
      <h2>{words.model}</h2>
      {model === null ? (
        <p>{words.noModel}</p>
      ) : (
        <>
          <p>
            <strong>{model.name}</strong> · {words.dimension(model.dimension)}
          </p>
          <p class="hint">
            {words.version} <code>{model.version}</code>
          </p>
        </>
      )}
      {model?.starter && (
        <>
          <h3>{texts.starter.more}</h3>
          <p>
            {texts.starter.title}. {texts.starter.knows} <StarterHelp />
          </p>
        </>
      )}
    </section>
  );
}

function KeysCard(): JSX.Element {
  return (
    <section class="card">
      <h2>{words.keys}</h2>
      <dl class="keys">
        {words.keyList.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function SignOutCard(): JSX.Element {
  const action = useAction();
  const signOut = async (): Promise<void> => {
    const isDone = await action.run(logout);
    if (!isDone) return;
    forgetSignIn();
    // Everything that this page holds in memory goes with it.
    location.reload();
  };
  return (
    <section class="card">
      <h2>{words.session}</h2>
      <button type="button" class="button" disabled={action.isBusy} onClick={() => void signOut()}>
        {words.signOut}
      </button>
      {action.error && (
        <p class="field-error" role="alert">
          {action.error}
        </p>
      )}
    </section>
  );
}
