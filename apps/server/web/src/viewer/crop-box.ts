/** A part of a picture, as fractions of its sides. */
export interface CropBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Smaller parts hold too little for a model that sees a few hundred pixels. */
export const MIN_SIDE = 0.05;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The box between two corners, in any order, kept inside the picture and large enough. */
export function boxBetween(a: { x: number; y: number }, b: { x: number; y: number }): CropBox {
  const width = clamp(Math.abs(clamp(a.x, 0, 1) - clamp(b.x, 0, 1)), MIN_SIDE, 1);
  const height = clamp(Math.abs(clamp(a.y, 0, 1) - clamp(b.y, 0, 1)), MIN_SIDE, 1);
  return {
    x: clamp(Math.min(a.x, b.x), 0, 1 - width),
    y: clamp(Math.min(a.y, b.y), 0, 1 - height),
    width,
    height,
  };
}

const STEP = 0.04;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Arrow keys move the box, with Shift they change its size; null for any other key. */
export function boxAfterKey(box: CropBox, key: string, isShift: boolean): CropBox | null {
  const arrow = ARROWS[key];
  if (!arrow) return null;
  const [dx, dy] = arrow;
  if (!isShift) return { ...box, x: clamp(box.x + dx, 0, 1 - box.width), y: clamp(box.y + dy, 0, 1 - box.height) };
  return {
    ...box,
    width: clamp(box.width + dx, MIN_SIDE, 1 - box.x),
    height: clamp(box.height + dy, MIN_SIDE, 1 - box.y),
  };
}
