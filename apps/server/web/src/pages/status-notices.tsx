import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiClipStatus } from '../../../src/api/index.js';
import { useLiveStatus } from '../api/status-context.js';
import { Notice } from '../parts/notice.js';
import { formatRoute } from '../route.js';
import { texts } from '../texts.js';

/** What a visitor should know before looking at photos: encoder away, a library's folder away, the starter model. */
export function StatusNotices(): JSX.Element | null {
  const { status } = useLiveStatus();
  if (!status) return null;
  return (
    <>
      <EncoderNotice status={status} />
      {status.libraries
        .filter((library) => library.state === 'offline')
        .map((library) => (
          <Notice key={library.id} tone="warning" title={texts.notices.libraryOffline(library.name)} />
        ))}
      {status.libraries
        .filter((library) => library.state !== 'offline' && library.question === 'most_gone')
        .map((library) => (
          <Notice
            key={library.id}
            tone="warning"
            title={texts.notices.mostGone(library.name)}
            action={
              <a class="button" href={formatRoute({ kind: 'libraries' })}>
                {texts.libraries.title}
              </a>
            }
          />
        ))}
      {status.model?.starter && <StarterNotice />}
    </>
  );
}

function EncoderNotice({ status }: { readonly status: ApiClipStatus }): JSX.Element | null {
  if (status.state !== 'offline' && status.state !== 'misconfigured') return null;
  const toProgress = (
    <a class="button" href={formatRoute({ kind: 'progress' })}>
      {texts.progress.title}
    </a>
  );
  return (
    <Notice tone="warning" title={texts.notices[status.state]} action={toProgress}>
      {status.reason}
    </Notice>
  );
}

const DISMISSED = 'clip-watch:starter-notice-dismissed';

/** What the built-in model can and cannot do. It can be hidden, in this browser only. */
export function StarterNotice(): JSX.Element | null {
  const [isHidden, setHidden] = useState(() => localStorage.getItem(DISMISSED) === '1');
  if (isHidden) return null;
  const dismiss = (): void => {
    localStorage.setItem(DISMISSED, '1');
    setHidden(true);
  };
  const actions = (
    <div class="row">
      <a class="button" href={formatRoute({ kind: 'settings' })}>
        {texts.starter.more}
      </a>
      <button type="button" class="button" onClick={dismiss}>
        {texts.starter.dismiss}
      </button>
    </div>
  );
  return (
    <Notice tone="info" title={texts.starter.title} action={actions}>
      {texts.starter.knows}
    </Notice>
  );
}

/** How to get CLIP. */
export function StarterHelp(): JSX.Element {
  return (
    <>
      {texts.starter.help} <code>{texts.starter.command}</code> {texts.starter.after}
    </>
  );
}
