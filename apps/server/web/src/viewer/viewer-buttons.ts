import type PhotoSwipe from 'photoswipe';
import { type IconName, iconPath } from '../parts/icon-paths.js';
import { texts } from '../texts.js';

export interface ViewerActions {
  readonly info: () => void;
  readonly similar: () => void;
  readonly crop: () => void;
  readonly original: () => void;
  readonly mountPanel: (element: HTMLElement) => void;
}

/** The buttons beside PhotoSwipe's own, their keys, and the place of the details panel. */
export function addViewerButtons(pswp: PhotoSwipe, actions: ViewerActions): void {
  const keys: Readonly<Record<string, () => void>> = { i: actions.info, m: actions.similar };
  pswp.on('uiRegister', () => {
    const button = (name: IconName, order: number, label: string, onClick: () => void): void =>
      pswp.ui?.registerElement({
        name: `viewer-${name}`,
        order,
        isButton: true,
        title: label,
        ariaLabel: label,
        html: `${iconMarkup(name)}<span class="viewer-label">${label}</span>`,
        onClick,
      });
    button('similar', 11, texts.viewer.similar, actions.similar);
    button('crop', 12, texts.viewer.part, actions.crop);
    button('download', 13, texts.viewer.original, actions.original);
    button('info', 14, texts.viewer.info, actions.info);
    pswp.ui?.registerElement({
      name: 'viewer-panel',
      className: 'viewer-panel',
      appendTo: 'root',
      onInit: (element) => {
        // PhotoSwipe would take the wheel and the keys of the panel for its own.
        element.addEventListener('wheel', (event) => event.stopPropagation());
        actions.mountPanel(element);
      },
    });
  });
  pswp.on('keydown', ({ originalEvent }) => {
    const act = keys[originalEvent.key.toLowerCase()];
    if (!act || originalEvent.ctrlKey || originalEvent.metaKey || originalEvent.altKey) return;
    originalEvent.preventDefault();
    act();
  });
}

// The only markup that is put together from text on these pages: its parts are constants of ours.
function iconMarkup(name: IconName): string {
  return `<svg class="icon viewer-icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="${iconPath(name)}"/></svg>`;
}
