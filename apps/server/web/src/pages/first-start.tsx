import type { JSX } from 'preact';
import { LibraryForm } from '../libraries/library-form.js';
import { texts } from '../texts.js';

/** The first thing a new user sees: one sentence, one field. */
export function FirstStart(): JSX.Element {
  return (
    <div class="first-start">
      <span class="brand-mark brand-mark-large" aria-hidden="true" />
      <h1>{texts.firstStart.title}</h1>
      <p class="lead">{texts.firstStart.lead}</p>
      <LibraryForm kind="first" />
      <p class="hint">{texts.firstStart.footnote}</p>
    </div>
  );
}
