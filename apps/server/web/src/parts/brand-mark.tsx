import type { JSX } from 'preact';

/** The product's sign: a lens. */
export function BrandMark({ size }: { readonly size: number }): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <circle cx="16" cy="16" r="8" class="brand-ring" />
      <circle cx="16" cy="16" r="2.6" class="brand-dot" />
    </svg>
  );
}
