import type PhotoSwipe from 'photoswipe';
import type { ApiImage } from '../../../src/api/index.js';
import { originalUrl } from '../api/endpoints.js';
import { VIEW_SIDE } from './slide-data.js';

const SHOWN_BY_BROWSERS: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'];
const MAX_BYTES = 60_000_000;

/** Swaps in the original once someone zooms beyond what the preview holds, where a browser can show it at all. */
export function sharpenWhenZoomed(pswp: PhotoSwipe, current: () => ApiImage | undefined): void {
  const asked = new Set<number>();
  pswp.on('zoomPanUpdate', ({ slide }) => {
    const photo = current();
    const shownSide = Math.max(slide.width, slide.height) * slide.currZoomLevel;
    if (!photo || slide !== pswp.currSlide || shownSide <= VIEW_SIDE || asked.has(photo.id)) return;
    if (!SHOWN_BY_BROWSERS.includes(photo.mediaType ?? '') || photo.fileSize > MAX_BYTES) return;
    asked.add(photo.id);
    const element = slide.content.element;
    if (element instanceof HTMLImageElement) void swapSource(element, originalUrl(photo.id));
  });
}

async function swapSource(element: HTMLImageElement, src: string): Promise<void> {
  const loader = new Image();
  loader.src = src;
  try {
    await loader.decode();
    element.src = src;
  } catch {
    // The preview stays: less sharp, but there.
  }
}
