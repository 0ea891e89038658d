import type { JSX } from 'preact';
import { useLiveStatus } from '../api/status-context.js';
import { useFilters } from '../api/use-filters.js';
import { Field } from '../parts/fields.js';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';

interface FilterPanelProps {
  readonly draft: SearchQuery;
  readonly onChange: (draft: SearchQuery) => void;
  readonly onReset: () => void;
}

const words = texts.search;

/** The filters of searches and of the timeline. They take effect with the form's submit. */
export function FilterPanel({ draft, onChange, onReset }: FilterPanelProps): JSX.Element {
  const libraries = useLiveStatus().status?.libraries ?? [];
  const cameras = useFilters().filters?.cameras ?? [];
  const set = (change: Partial<SearchQuery>): void => onChange({ ...draft, ...change });
  // One from the address stays, though it is not known (yet).
  const names = draft.camera === '' || cameras.includes(draft.camera) ? cameras : [draft.camera, ...cameras];
  const needsWords = draft.text.trim() === '';
  return (
    <div class="filters">
      <DayField label={words.after} value={draft.after} onChange={(after) => set({ after })} />
      <DayField label={words.before} value={draft.before} onChange={(before) => set({ before })} />
      <SelectField
        label={words.camera}
        any={words.allCameras}
        value={draft.camera}
        options={names.map((name) => [name, name])}
        onChange={(camera) => set({ camera })}
      />
      {libraries.length > 1 && (
        <SelectField
          label={words.library}
          any={words.allLibraries}
          value={draft.library === null ? '' : String(draft.library)}
          options={libraries.map(({ id, name }) => [String(id), name])}
          onChange={(id) => set({ library: id === '' ? null : Number(id) })}
        />
      )}
      <Field label={words.not}>
        {({ id }) => (
          <input
            id={id}
            value={needsWords ? '' : draft.notText}
            placeholder={needsWords ? words.notNeedsWords : words.notHint}
            disabled={needsWords}
            maxLength={200}
            onInput={(event) => set({ notText: event.currentTarget.value })}
          />
        )}
      </Field>
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

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

function DayField({ label, value, onChange }: DayFieldProps): JSX.Element {
  return (
    <Field label={label}>
      {({ id }) => <input id={id} type="date" value={value} onInput={(event) => onChange(event.currentTarget.value)} />}
    </Field>
  );
}

interface SelectFieldProps extends DayFieldProps {
  /** What stands for no choice. */
  readonly any: string;
  readonly options: readonly (readonly [value: string, label: string])[];
}

function SelectField({ label, any, value, options, onChange }: SelectFieldProps): JSX.Element {
  return (
    <Field label={label}>
      {({ id }) => (
        <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{any}</option>
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
