import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { changeSettings } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { Field } from '../parts/fields.js';
import { useAction } from '../parts/use-action.js';
import { texts } from '../texts.js';

/** Photos in flight to one encoder. */
export function ConcurrencyControl({ value }: { readonly value: number }): JSX.Element {
  const feed = useStatusFeed();
  const action = useAction();
  const [draft, setDraft] = useState(String(value));
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => setDraft(String(value)), [value]);

  const save = async (): Promise<void> => {
    await action.run(async () => {
      const { notice } = await changeSettings({ concurrency: Number(draft) });
      setSaved(notice ?? texts.settings.saved);
      await feed.refresh();
    });
  };
  const hint = (draft === String(value) ? saved : null) ?? texts.progress.concurrencyHint;
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={texts.progress.concurrency} hint={hint} error={action.error}>
        {({ id, describedBy }) => (
          <span class="row">
            <input
              id={id}
              class="number"
              type="number"
              inputMode="numeric"
              min={1}
              max={256}
              required
              aria-describedby={describedBy}
              value={draft}
              onInput={(event) => setDraft(event.currentTarget.value)}
            />
            <button type="submit" class="button" disabled={action.isBusy || draft === String(value)}>
              {texts.settings.save}
            </button>
          </span>
        )}
      </Field>
    </form>
  );
}
