import type { JSX } from 'preact';

// Widths of the grey boxes, as shares of their rows.
const BOXES: readonly number[] = [3, 4, 2, 3, 4, 3, 2, 4, 3, 4];

/** Grey rows in the shape of a grid, so that the page does not jump when the photos come. */
export function GridSkeleton(): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      {BOXES.map((grow, index) => (
        <div key={index} style={{ flexGrow: grow }} />
      ))}
    </div>
  );
}
