import type { JSX } from 'preact';
import type { ClipRunState } from '../../../src/api/index.js';
import { pause, resume } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { Icon } from '../parts/icon.js';
import { useAction } from '../parts/use-action.js';
import { texts } from '../texts.js';

export function PauseButton({ state }: { readonly state: ClipRunState }): JSX.Element | null {
  const feed = useStatusFeed();
  const action = useAction();
  if (state === 'disabled') return null;
  const isPaused = state === 'paused';
  const toggle = (): Promise<boolean> =>
    action.run(async () => {
      await (isPaused ? resume() : pause());
      await feed.refresh();
    });
  return (
    <div>
      <button
        type="button"
        class={`button ${isPaused ? 'button-primary' : ''}`}
        disabled={action.isBusy}
        onClick={() => void toggle()}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
        {isPaused ? texts.progress.resume : texts.progress.pause}
      </button>
      {action.error && (
        <p class="field-error" role="alert">
          {action.error}
        </p>
      )}
    </div>
  );
}
