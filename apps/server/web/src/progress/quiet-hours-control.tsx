import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { changeSettings } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { Field } from '../parts/fields.js';
import { useAction } from '../parts/use-action.js';
import { texts } from '../texts.js';
import { formatQuietHours, parseQuietHours, type QuietHours } from './quiet-hours.js';

const NONE: QuietHours = { from: '', to: '' };
const words = texts.settings;

/** The hours in which encoding rests. */
export function QuietHoursControl({ value }: { readonly value: string | null }): JSX.Element {
  const feed = useStatusFeed();
  const action = useAction();
  const [draft, setDraft] = useState(NONE);
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => setDraft(parseQuietHours(value) ?? NONE), [value]);

  const save = async (next: QuietHours): Promise<void> => {
    setDraft(next);
    await action.run(async () => {
      const { notice } = await changeSettings({ quietHours: formatQuietHours(next) });
      setSaved(notice ?? texts.settings.saved);
      await feed.refresh();
    });
  };
  const time = (key: keyof QuietHours, label: string): JSX.Element => (
    <Field label={label}>
      {({ id }) => (
        <input
          id={id}
          type="time"
          required
          value={draft[key]}
          onInput={(event) => {
            setSaved(null);
            setDraft({ ...draft, [key]: event.currentTarget.value });
          }}
        />
      )}
    </Field>
  );
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(draft);
      }}
    >
      <div class="row row-fields">
        {time('from', words.quietFrom)}
        {time('to', words.quietTo)}
        <button type="submit" class="button" disabled={action.isBusy || formatQuietHours(draft) === value}>
          {words.save}
        </button>
        {draft !== NONE && (
          <button type="button" class="button button-quiet" disabled={action.isBusy} onClick={() => void save(NONE)}>
            {words.quietClear}
          </button>
        )}
      </div>
      <p class={action.error ? 'field-error' : 'field-hint'} role={action.error ? 'alert' : undefined}>
        {action.error ?? saved ?? words.quietText}
      </p>
    </form>
  );
}
