import type { SlideData } from 'photoswipe';
import type { ApiImage } from '../../../src/api/index.js';
import { thumbnailUrl } from '../api/endpoints.js';
import { fileName } from '../format.js';
import { uprightSize } from '../grid/sections.js';

/** The longer side of `thumbnail?size=view`. */
export const VIEW_SIDE = 1920;

/** What PhotoSwipe needs to know about one photo. Sizes are the photo's own, so zooming ends at its real pixels. */
export function toSlide(photo: ApiImage): SlideData {
  const { width, height } = uprightSize(photo);
  return {
    id: photo.id,
    src: thumbnailUrl(photo.id, 'view'),
    msrc: thumbnailUrl(photo.id, 'grid'),
    width,
    height,
    alt: fileName(photo.relPath),
    thumbCropped: true,
  };
}
