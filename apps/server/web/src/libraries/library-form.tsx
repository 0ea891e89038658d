import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiLibrary } from '../../../src/api/index.js';
import { addLibrary, changeLibrary } from '../api/endpoints.js';
import { useStatusFeed } from '../api/status-context.js';
import { Field } from '../parts/fields.js';
import { useAction } from '../parts/use-action.js';
import { texts } from '../texts.js';

type LibraryFormProps =
  | { readonly kind: 'first' }
  | { readonly kind: 'add'; readonly onDone: () => void }
  | { readonly kind: 'change'; readonly library: ApiLibrary; readonly onDone: () => void };

/** Adds a library, or changes one's name and excluded folders. */
export function LibraryForm(props: LibraryFormProps): JSX.Element {
  const library = props.kind === 'change' ? props.library : null;
  const [rootPath, setRootPath] = useState('');
  const [name, setName] = useState(library?.name ?? '');
  const [excluded, setExcluded] = useState(library?.excludedDirs.join('\n') ?? '');
  const action = useAction();
  const feed = useStatusFeed();

  const submit = async (): Promise<void> => {
    const excludedDirs = excluded.split('\n').filter((line) => line.trim() !== '');
    const draft = { ...(name.trim() !== '' && { name: name.trim() }), excludedDirs };
    const isDone = await action.run(() =>
      library ? changeLibrary(library.id, draft) : addLibrary({ ...draft, rootPath: rootPath.trim() }),
    );
    if (!isDone) return;
    await feed.refresh();
    if (props.kind !== 'first') props.onDone();
  };

  return (
    <form
      class={`form ${props.kind === 'first' ? 'form-first' : 'card'}`}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {library === null && <PathField value={rootPath} error={action.error} onChange={setRootPath} />}
      {props.kind !== 'first' && (
        <>
          <Field label={texts.libraries.name} hint={texts.libraries.nameHint}>
            {({ id, describedBy }) => (
              <input
                id={id}
                aria-describedby={describedBy}
                value={name}
                maxLength={200}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field
            label={texts.libraries.excluded}
            hint={texts.libraries.excludedHint}
            error={library ? action.error : null}
          >
            {({ id, describedBy }) => (
              <textarea
                id={id}
                aria-describedby={describedBy}
                rows={4}
                spellcheck={false}
                value={excluded}
                onInput={(event) => setExcluded(event.currentTarget.value)}
              />
            )}
          </Field>
        </>
      )}
      <div class="row row-end">
        {props.kind !== 'first' && (
          <button type="button" class="button" onClick={props.onDone}>
            {texts.common.cancel}
          </button>
        )}
        <button type="submit" class="button button-primary" disabled={action.isBusy}>
          {submitLabel(props.kind, action.isBusy)}
        </button>
      </div>
    </form>
  );
}

function submitLabel(kind: LibraryFormProps['kind'], isBusy: boolean): string {
  if (kind === 'change') return texts.libraries.save;
  return isBusy ? texts.firstStart.adding : texts.firstStart.add;
}

interface PathFieldProps {
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

function PathField({ value, error, onChange }: PathFieldProps): JSX.Element {
  return (
    <Field label={texts.libraries.path} error={error}>
      {({ id, describedBy }) => (
        <input
          id={id}
          aria-describedby={describedBy}
          aria-invalid={error !== null}
          required
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          placeholder={texts.firstStart.pathHint}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
