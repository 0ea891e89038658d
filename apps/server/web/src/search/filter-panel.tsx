import type { JSX } from 'preact';
import { useLiveStatus } from '../api/status-context.js';
import { Field } from '../parts/fields.js';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';

interface FilterPanelProps {
  readonly draft: SearchQuery;
  readonly onChange: (draft: SearchQuery) => void;
  readonly onReset: () => void;
}

/** The filters below the search box. They take effect with the form's submit. */
export function FilterPanel({ draft, onChange, onReset }: FilterPanelProps): JSX.Element {
  const libraries = useLiveStatus().status?.libraries ?? [];
  const words = texts.search;
  const text = (
    key: 'notText' | 'camera' | 'after' | 'before',
    label: string,
    type: string,
    hint: string,
  ): JSX.Element => (
    <Field label={label}>
      {({ id }) => (
        <input
          id={id}
          type={type}
          value={draft[key]}
          placeholder={hint}
          maxLength={200}
          onInput={(event) => onChange({ ...draft, [key]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <div class="filters">
      {text('notText', words.not, 'text', words.notHint)}
      {text('camera', words.camera, 'text', words.cameraHint)}
      {text('after', words.after, 'date', '')}
      {text('before', words.before, 'date', '')}
      {libraries.length > 1 && (
        <Field label={words.library}>
          {({ id }) => (
            <select
              id={id}
              value={draft.library === null ? '' : String(draft.library)}
              onChange={(event) =>
                onChange({
                  ...draft,
                  library: event.currentTarget.value === '' ? null : Number(event.currentTarget.value),
                })
              }
            >
              <option value="">{words.allLibraries}</option>
              {libraries.map((library) => (
                <option key={library.id} value={String(library.id)}>
                  {library.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <div class="row row-end filters-buttons">
        <button type="button" class="button" onClick={onReset}>
          {words.reset}
        </button>
        <button type="submit" class="button button-primary">
          {words.apply}
        </button>
      </div>
    </div>
  );
}
