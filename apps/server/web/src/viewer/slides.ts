import type PhotoSwipe from 'photoswipe';
import type { PhotoSwipeOptions } from 'photoswipe';
import { render, type VNode } from 'preact';
import type { ApiImage } from '../../../src/api/index.js';
import { originalUrl } from '../api/endpoints.js';
import { texts } from '../texts.js';
import { sharpenWhenZoomed } from './sharpen.js';
import { toSlide } from './slide-data.js';
import { showSmallPreviewOnError } from './small-preview.js';
import { trustThePicture } from './trust-the-picture.js';
import { addViewerButtons } from './viewer-buttons.js';

export interface SlidesOptions {
  /** The list as it is now; it may grow while the viewer is open. */
  readonly photos: () => readonly ApiImage[];
  readonly startId: number;
  readonly onChange: (photo: ApiImage, index: number, count: number) => void;
  readonly onSimilar: (photo: ApiImage) => void;
  readonly onCrop: () => void;
  /** After the closing animation. */
  readonly onClosed: () => void;
  readonly renderPanel: (photo: ApiImage) => VNode;
  /** True when the owner left while the viewer's code was still on its way. */
  readonly isGone: () => boolean;
}

export interface Slides {
  goTo(photoId: number): void;
  /** Where the picture is on screen, at rest. */
  pictureFrame(): DOMRect;
  destroy(): void;
}

// As in viewer.css: beside the picture on a wide screen, below it on a narrow one.
const WIDE = 900;
const PANEL_WIDTH = 360;
const PANEL_SHARE = 0.5;
const INFO_OPEN = 'clip-watch:viewer-info';

/** Opens PhotoSwipe over a list. Its code comes with the first photo that is opened. */
export async function openSlides(options: SlidesOptions): Promise<Slides | null> {
  const { default: PhotoSwipeClass } = await import('photoswipe');
  if (options.isGone()) return null;
  let hasPanel = localStorage.getItem(INFO_OPEN) === '1' && window.innerWidth >= WIDE;
  const startIndex = Math.max(0, indexOf(options.photos(), options.startId));
  const pswp: PhotoSwipe = new PhotoSwipeClass(viewerOptions(startIndex, () => hasPanel));
  const current = (): ApiImage | undefined => options.photos()[pswp.currIndex];
  pswp.addFilter('numItems', () => options.photos().length);
  pswp.addFilter('itemData', (data, index) => {
    const photo = options.photos()[index];
    return photo ? toSlide(photo) : data;
  });
  // The picture grows out of its tile. `as`: the library's types leave out that it takes null for "no tile".
  pswp.addFilter('thumbEl', (_, data) => document.querySelector(`[data-photo="${data.id}"] img`) as HTMLElement);

  let panel: HTMLElement | null = null;
  const drawPanel = (): void => {
    const photo = current();
    if (panel && photo) render(options.renderPanel(photo), panel);
  };
  const togglePanel = (): void => {
    hasPanel = !hasPanel;
    localStorage.setItem(INFO_OPEN, hasPanel ? '1' : '0');
    pswp.element?.classList.toggle('viewer-with-panel', hasPanel);
    pswp.updateSize(true);
  };
  const withCurrent = (act: (photo: ApiImage) => void): void => {
    const photo = current();
    if (photo) act(photo);
  };
  addViewerButtons(pswp, {
    info: togglePanel,
    similar: () => withCurrent(options.onSimilar),
    crop: options.onCrop,
    original: () => withCurrent((photo) => void window.open(originalUrl(photo.id), '_blank', 'noopener')),
    mountPanel: (element) => {
      panel = element;
      drawPanel();
    },
  });
  sharpenWhenZoomed(pswp, current);
  trustThePicture(pswp);
  showSmallPreviewOnError(pswp);
  pswp.on('change', () => {
    drawPanel();
    withCurrent((photo) => options.onChange(photo, pswp.currIndex, options.photos().length));
  });
  pswp.on('destroy', () => {
    if (panel) render(null, panel);
    options.onClosed();
  });
  pswp.on('firstUpdate', () => {
    pswp.element?.setAttribute('aria-modal', 'true');
    pswp.element?.setAttribute('aria-label', texts.nav.photos);
    pswp.element?.classList.toggle('viewer-with-panel', hasPanel);
  });
  pswp.init();
  return {
    goTo(photoId) {
      const index = indexOf(options.photos(), photoId);
      if (index >= 0 && index !== pswp.currIndex) pswp.goTo(index);
    },
    pictureFrame: () => pictureFrame(pswp),
    destroy: () => pswp.destroy(),
  };
}

function viewerOptions(index: number, hasPanel: () => boolean): PhotoSwipeOptions {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    dataSource: [],
    index,
    loop: false,
    bgOpacity: 1,
    wheelToZoom: true,
    showHideAnimationType: isCalm ? 'none' : 'zoom',
    // On a phone the bar lies over the picture; anywhere else, and with the panel, each has a place of its own.
    paddingFn: ({ x, y }) => {
      const isWide = x >= WIDE;
      return {
        top: isWide || hasPanel() ? 60 : 0,
        bottom: hasPanel() && !isWide ? y * PANEL_SHARE : 0,
        left: 0,
        right: hasPanel() && isWide ? PANEL_WIDTH : 0,
      };
    },
    closeTitle: texts.viewer.close,
    zoomTitle: texts.viewer.zoom,
    arrowPrevTitle: texts.viewer.previous,
    arrowNextTitle: texts.viewer.next,
    errorMsg: texts.viewer.error,
  };
}

/** Where the picture lies on the page, at its first size. */
function pictureFrame({ currSlide }: PhotoSwipe): DOMRect {
  if (!currSlide) return new DOMRect();
  currSlide.zoomAndPanToInitial();
  currSlide.applyCurrentZoomPan();
  // Not the element's own rectangle: that is empty while the opening animation runs.
  const { currZoomLevel: zoom, pan, width, height } = currSlide;
  return new DOMRect(pan.x, pan.y, width * zoom, height * zoom);
}

function indexOf(photos: readonly ApiImage[], id: number): number {
  return photos.findIndex((photo) => photo.id === id);
}
