import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxAfterKey, boxBetween, MIN_SIDE } from './crop-box.js';

const anywhere = fc.record({
  x: fc.double({ min: -2, max: 3, noNaN: true }),
  y: fc.double({ min: -2, max: 3, noNaN: true }),
});

test('a drawn box lies inside the picture and is large enough, wherever the pointer went', () => {
  fc.assert(
    fc.property(
      anywhere,
      anywhere,
      fc.array(fc.constantFrom('ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown')),
      fc.boolean(),
      (a, b, keys, isShift) => {
        let box = boxBetween(a, b);
        for (const key of keys) box = boxAfterKey(box, key, isShift) ?? box;
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(Math.max(box.x + box.width, box.y + box.height)).toBeLessThanOrEqual(1 + 1e-9);
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(MIN_SIDE - 1e-9);
      },
    ),
  );
});

test('the corners may come in any order', () => {
  const box = boxBetween({ x: 0.8, y: 0.2 }, { x: 0.3, y: 0.6 });
  expect(box.x).toBeCloseTo(0.3);
  expect(box.y).toBeCloseTo(0.2);
  expect(box.width).toBeCloseTo(0.5);
  expect(box.height).toBeCloseTo(0.4);
});

test('only arrow keys move the box', () => {
  expect(boxAfterKey({ x: 0, y: 0, width: 0.5, height: 0.5 }, 'Enter', false)).toBeNull();
});
