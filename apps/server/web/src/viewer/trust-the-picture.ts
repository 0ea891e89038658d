import type PhotoSwipe from 'photoswipe';

const SAME_SHAPE = 0.02;

/** True when a picture that came is larger than its file says it is, or of another shape. Pure. */
export function contradicts(
  picture: { readonly width: number; readonly height: number },
  said: { readonly width: number; readonly height: number },
): boolean {
  if (picture.width > said.width || picture.height > said.height) return true;
  return Math.abs(picture.width / picture.height / (said.width / said.height) - 1) > SAME_SHAPE;
}

/** RAW files may state the size of a thumbnail in them, and unreadable ones none: then the picture itself counts. */
export function trustThePicture(pswp: PhotoSwipe): void {
  pswp.on('loadComplete', ({ content, slide }) => {
    const { element } = content;
    if (!(element instanceof HTMLImageElement) || element.naturalWidth === 0) return;
    const picture = { width: element.naturalWidth, height: element.naturalHeight };
    if (!contradicts(picture, slide)) return;
    Object.assign(content, picture);
    Object.assign(slide, picture);
    slide.resize();
  });
}
