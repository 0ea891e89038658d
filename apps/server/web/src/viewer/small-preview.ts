import type PhotoSwipe from 'photoswipe';
import { texts } from '../texts.js';

/** In place of a picture that does not come: the one of the grid, which may be kept where the photo is away. */
export function showSmallPreviewOnError(pswp: PhotoSwipe): void {
  pswp.addFilter('contentErrorElement', (element, content) => {
    const text = document.createElement('p');
    text.textContent = texts.viewer.error;
    const image = new Image();
    image.alt = '';
    image.addEventListener('load', () => {
      text.textContent = texts.viewer.errorSmall;
      text.before(image);
    });
    image.src = content.data.msrc ?? '';
    element.replaceChildren(text);
    element.classList.add('viewer-error');
    return element;
  });
}
