import { z } from 'zod';

// Query strings are text: numbers are read from it, and nothing else is taken for one.
const digits = z
  .string()
  .regex(/^\d{1,9}$/, 'is no whole number')
  .transform(Number);

export const LIBRARY_ID: z.ZodType<number | undefined> = digits.pipe(z.number().min(1)).optional();
export const CURSOR: z.ZodType<string | undefined> = z.string().min(1).max(500).optional();
export const CAMERA: z.ZodType<string | undefined> = z.string().min(1).max(200).optional();
/** Epoch milliseconds. */
export const TIME: z.ZodType<number | undefined> = z
  .string()
  .regex(/^-?\d{1,15}$/, 'is no time in milliseconds')
  .transform(Number)
  .optional();

export function limit(fallback: number, most: number): z.ZodType<number> {
  return digits.pipe(z.number().min(1, 'is below 1').max(most, `is above ${most}`)).default(fallback);
}
