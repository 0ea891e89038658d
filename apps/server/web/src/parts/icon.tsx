import type { JSX } from 'preact';
import { type IconName, iconPath } from './icon-paths.js';

/** A drawing beside words; it says nothing by itself. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={iconPath(name)} />
    </svg>
  );
}
