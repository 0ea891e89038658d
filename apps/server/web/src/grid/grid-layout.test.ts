import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiImage } from '../../../src/api/index.js';
import { type GridLayout, layOutGrid, moveInGrid, visiblePart } from './grid-layout.js';
import { groupByMonth } from './sections.js';

function photo(id: number, width: number, height: number, takenAt: number | null = Date.UTC(2024, 5, 1)): ApiImage {
  // Only what the grid looks at.
  return { id, width, height, takenAt, takenAtOffsetMin: 0, modifiedAt: Date.UTC(2020, 0, 1) } as ApiImage;
}

function layOut(photos: readonly ApiImage[], options: { width?: number; isOpenEnded?: boolean } = {}): GridLayout {
  return layOutGrid(groupByMonth(photos), { width: 1200, headingHeight: 40, isOpenEnded: false, ...options });
}

const boxesOf = (layout: GridLayout): GridLayout['sections'][number]['boxes'] =>
  layout.sections.flatMap((section) => section.boxes);

const squares = (count: number): readonly ApiImage[] =>
  Array.from({ length: count }, (_, id) => photo(id + 1, 100, 100));

describe('layOutGrid', () => {
  test('every photo has its place inside the width, and none overlaps another', () => {
    const sides = fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }));
    fc.assert(
      fc.property(
        fc.array(sides, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 300, max: 2_500 }),
        (all, width) => {
          const photos = all.map(([w, h], index) => photo(index + 1, w, h));
          const boxes = boxesOf(layOut(photos, { width }));
          expect(boxes.map((box) => box.photo.id)).toEqual(photos.map(({ id }) => id));
          for (const box of boxes) {
            expect(box.left).toBeGreaterThanOrEqual(0);
            expect(box.left + box.width).toBeLessThanOrEqual(width + 1);
            expect(Math.min(box.width, box.height)).toBeGreaterThan(0);
          }
          for (const [index, box] of boxes.entries()) {
            const next = boxes[index + 1];
            const isBeside = next && next.top === box.top;
            if (isBeside) expect(next.left).toBeGreaterThanOrEqual(box.left + box.width);
            else if (next) expect(next.top).toBeGreaterThanOrEqual(box.top + box.height);
          }
        },
      ),
    );
  });

  test('a panorama alone in the last row keeps inside the width, whatever the height of the row before it', () => {
    const [, panorama] = boxesOf(layOut([photo(1, 48, 17), photo(2, 3, 1)], { width: 1029 }));
    expect(panorama).toMatchObject({ left: 0, width: 1029 });
  });

  test('photos that come later move none that is there', () => {
    const photos = Array.from({ length: 120 }, (_, id) => photo(id + 1, 300 + ((id * 77) % 400), 300));
    const before = boxesOf(layOut(photos.slice(0, 60), { isOpenEnded: true }));
    const after = boxesOf(layOut(photos, { isOpenEnded: true }));
    expect(before.length).toBeGreaterThan(50);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  test('a panorama and a tall strip stay legible', () => {
    const boxes = boxesOf(layOut([photo(1, 20_000, 500), photo(2, 100, 9_000)]));
    for (const box of boxes) expect(box.width / box.height).toBeLessThanOrEqual(3.2);
  });

  test('a photo of unknown size gets one', () => {
    const unknown = { ...photo(1, 1, 1), width: null, height: null };
    expect(boxesOf(layOut([unknown]))[0]?.height).toBeGreaterThan(100);
  });
});

test('groupByMonth cuts where the month of the photo’s own wall clock changes', () => {
  const newYearInTokyo = { ...photo(1, 1, 1, Date.UTC(2023, 11, 31, 16)), takenAtOffsetMin: 540 };
  const sections = groupByMonth([newYearInTokyo, photo(2, 1, 1, Date.UTC(2023, 11, 31, 15)), photo(3, 1, 1, null)]);
  expect(sections.map(({ year, month }) => [year, month])).toEqual([
    [2024, 0],
    [2023, 11],
    [2020, 0],
  ]);
});

test('visiblePart keeps what touches the window and nothing else', () => {
  const layout = layOut(squares(400));
  const boxes = visiblePart(layout, 1_000, 1_500).flatMap((section) => section.boxes);
  expect(boxes.length).toBeGreaterThan(5);
  expect(boxes.length).toBeLessThan(40);
  for (const box of boxes) expect(box.top <= 1_500 && box.top + box.height >= 1_000).toBe(true);
});

describe('moveInGrid', () => {
  const layout = layOut(squares(40));
  const firstRow = boxesOf(layout).filter((box) => box.top === boxesOf(layout)[0]?.top).length;
  test.each([
    [1, 'left', 1],
    [1, 'right', 2],
    [1, 'up', 1],
    [1, 'down', 1 + firstRow],
    [1 + firstRow, 'up', 1],
    [40, 'right', 40],
    [40, 'down', 40],
    [7, 'first', 1],
    [7, 'last', 40],
  ] as const)('from photo %i, %s leads to photo %i', (from, move, to) => {
    expect(moveInGrid(layout, from, move)?.photo.id).toBe(to);
  });
});
