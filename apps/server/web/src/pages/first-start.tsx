import type { JSX } from 'preact';
import { LibraryForm } from '../libraries/library-form.js';
import { BrandMark } from '../parts/brand-mark.js';
import { texts } from '../texts.js';

/** The first thing a new user sees: one sentence, one field. */
export function FirstStart(): JSX.Element {
  return (
    <div class="first-start">
      <BrandMark size={60} />
      <h1>{texts.firstStart.title}</h1>
      <p class="lead">{texts.firstStart.lead}</p>
      <LibraryForm kind="first" />
      <p class="hint">{texts.firstStart.footnote}</p>
    </div>
  );
}
