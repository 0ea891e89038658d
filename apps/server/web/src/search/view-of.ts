import type { SearchQuery } from '../route.js';

/** Only the part that is searched with; a browser that does not know the property shows the whole picture. */
export function viewOf(crop: SearchQuery['crop']): string {
  if (crop === null) return '';
  const [x, y, width, height] = crop;
  const sides = [y, 1 - x - width, 1 - y - height, x].map((share) => `${(share * 100).toFixed(2)}%`);
  return `object-view-box: inset(${sides.join(' ')})`;
}
