import justifiedLayout from 'justified-layout';
import type { ApiImage } from '../../../src/api/index.js';
import { type PhotoSection, uprightSize } from './sections.js';

export interface GridBox {
  readonly photo: ApiImage;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface GridSection {
  readonly key: string;
  readonly section: PhotoSection;
  /** From the top of the grid; the heading comes first, then the boxes, whose `top` is counted from the grid too. */
  readonly top: number;
  readonly height: number;
  readonly boxes: readonly GridBox[];
}

export interface GridLayout {
  readonly height: number;
  readonly sections: readonly GridSection[];
}

export interface GridLayoutOptions {
  readonly width: number;
  readonly headingHeight: number;
  /** More photos will come: the last row waits for them, so that nothing on screen moves when they do. */
  readonly isOpenEnded: boolean;
}

const GAP = 6;
const SECTION_GAP = 20;
// Beyond these a panorama or a tall strip would make its row unreadable; the picture is cropped instead.
const MIN_ASPECT = 0.5;
const MAX_ASPECT = 3;

/** Generous rows: about five photos side by side on a desk, two or three on a phone. */
export function targetRowHeight(width: number): number {
  return Math.round(Math.min(240, Math.max(140, width * 0.3)));
}

/** Justified rows, section under section. Pure: same photos and width, same places. */
export function layOutGrid(sections: readonly PhotoSection[], options: GridLayoutOptions): GridLayout {
  const placed: GridSection[] = [];
  let top = 0;
  sections.forEach((section, index) => {
    const isLast = index === sections.length - 1;
    const rowsTop = top + options.headingHeight;
    const rows = layOutRows(section.photos, options.width, isLast && options.isOpenEnded);
    placed.push({
      key: section.key,
      section,
      top,
      height: options.headingHeight + rows.height,
      boxes: rows.boxes.map((box) => ({ ...box, top: box.top + rowsTop })),
    });
    top = rowsTop + rows.height + (isLast ? 0 : SECTION_GAP);
  });
  return { height: top, sections: placed };
}

function layOutRows(
  photos: readonly ApiImage[],
  width: number,
  isOpenEnded: boolean,
): { height: number; boxes: GridBox[] } {
  const layout = justifiedLayout(photos.map(aspectRatio), {
    containerWidth: width,
    containerPadding: 0,
    boxSpacing: GAP,
    targetRowHeight: targetRowHeight(width),
    targetRowHeightTolerance: 0.3,
    // With nothing but one unfinished row there would be nothing to see and nothing to scroll.
    showWidows: !isOpenEnded || photos.length < 8,
  });
  // An unfinished row takes the height of the row before it, at which a panorama may not fit.
  const firstWidow = layout.boxes.length - layout.widowCount;
  const last = layout.boxes.at(-1);
  const shrink = last && layout.widowCount > 0 ? Math.min(1, width / (last.left + last.width)) : 1;
  const boxes = layout.boxes.map((box, index) => {
    const scale = index < firstWidow ? 1 : shrink;
    return {
      photo: photos[index]!, // justified-layout answers in order, one box a photo from the first on.
      left: Math.round(box.left * scale),
      top: Math.round(box.top),
      width: Math.round(box.width * scale),
      height: Math.round(box.height * scale),
    };
  });
  return { height: boxes.reduce((bottom, box) => Math.max(bottom, box.top + box.height), 0), boxes };
}

function aspectRatio(photo: ApiImage): number {
  const { width, height } = uprightSize(photo);
  return Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, width / height));
}

/** The sections and boxes that touch `[from, to]`, so that a long timeline costs as much as a short one. */
export function visiblePart(layout: GridLayout, from: number, to: number): readonly GridSection[] {
  return layout.sections
    .filter((section) => section.top <= to && section.top + section.height >= from)
    .map((section) => ({
      ...section,
      boxes: section.boxes.filter((box) => box.top <= to && box.top + box.height >= from),
    }));
}

export type GridMove = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** The box that an arrow key leads to; the same one at the edge. */
export function moveInGrid(layout: GridLayout, photoId: number, move: GridMove): GridBox | undefined {
  const boxes = layout.sections.flatMap((section) => section.boxes);
  const index = boxes.findIndex((box) => box.photo.id === photoId);
  const current = boxes[index];
  switch (move) {
    case 'first':
      return boxes[0];
    case 'last':
      return boxes.at(-1);
    case 'left':
      return boxes[Math.max(0, index - 1)];
    case 'right':
      return boxes[index + 1] ?? current;
    case 'up':
    case 'down':
      return current && (nearestInNextRow(boxes, current, move) ?? current);
  }
}

function nearestInNextRow(boxes: readonly GridBox[], from: GridBox, move: 'up' | 'down'): GridBox | undefined {
  const rowTop =
    move === 'down' ? boxes.find((box) => box.top > from.top)?.top : boxes.findLast((box) => box.top < from.top)?.top;
  const centre = from.left + from.width / 2;
  const distance = (box: GridBox): number => Math.abs(box.left + box.width / 2 - centre);
  return boxes
    .filter((box) => box.top === rowTop)
    .reduce<GridBox | undefined>((best, box) => (best && distance(best) <= distance(box) ? best : box), undefined);
}
