import { z } from 'zod';

// Paths and queries are text: numbers are read from it, and nothing else is taken for one ("1e1", "0x10").

export const ID_PARAMS = z.object({
  id: z
    .string()
    .regex(/^\d{1,10}$/, 'is no whole number')
    .transform(Number)
    .pipe(
      z
        .number()
        .min(1)
        .max(2 ** 31 - 1),
    ),
});

const digits = z
  .string()
  .regex(/^\d{1,9}$/, 'is no whole number')
  .transform(Number);

const time = z
  .string()
  .regex(/^-?\d{1,15}$/, 'is no time in milliseconds')
  .transform(Number)
  .optional();

export const LIBRARY_ID = digits.pipe(z.number().min(1)).optional().describe('Only what is in this library.');
export const TAKEN_AFTER = time.describe('Epoch milliseconds, included.');
export const TAKEN_BEFORE = time.describe('Epoch milliseconds, included.');
export const CURSOR = z.string().min(1).max(500).optional().describe('The `nextCursor` of the page before.');

/** How many items a page holds. */
export function limit(fallback: number, most: number) {
  return digits.pipe(z.number().min(1, 'is below 1').max(most, `is above ${most}`)).default(fallback);
}
