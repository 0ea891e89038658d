import { parseApolloAddress } from '@clip-watch/clip-client';
import { z } from 'zod';
import { messageOf } from '../errors.js';

// Environment and flags give text, the file gives JSON: each schema takes both and yields one type.

const TRUE_WORDS = ['1', 'true', 'yes', 'on'];
const FALSE_WORDS = ['0', 'false', 'no', 'off'];

export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return z
    .union([z.number(), z.string().trim().regex(/^\d+$/, 'is no whole number').transform(Number)])
    .pipe(z.number().int('is no whole number').min(min, `is below ${min}`).max(max, `is above ${max}`));
}

export function yesNo(): z.ZodType<boolean> {
  return z.union([
    z.boolean(),
    z
      .string()
      .trim()
      .toLowerCase()
      .refine((word) => [...TRUE_WORDS, ...FALSE_WORDS].includes(word), 'is neither true nor false')
      .transform((word) => TRUE_WORDS.includes(word)),
  ]);
}

export function words(): z.ZodType<readonly string[]> {
  const split = (text: string): string[] =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return z.union([z.array(z.string().min(1)), z.string().transform(split)]);
}

/** Where photos are encoded: addresses in order of preference, and whether the embedded encoder serves (last). */
export interface ApolloSetting {
  readonly enabled: boolean;
  readonly addresses: readonly string[];
  readonly embedded: boolean;
}

export function apolloUrl(): z.ZodType<ApolloSetting> {
  return z.string().transform((text, ctx): ApolloSetting => {
    const parts = text.split(',').map((part) => part.trim());
    if (text.trim() === 'disabled') return { enabled: false, addresses: [], embedded: false };
    const embedded = parts.at(-1) === 'embedded';
    const addresses = embedded ? parts.slice(0, -1) : parts;
    const [problem] = addresses.map(addressProblem).filter((message) => message !== undefined);
    if (problem !== undefined)
      ctx.addIssue({ code: 'custom', message: `holds ${problem}, or embedded (last), or disabled (alone)` });
    return { enabled: true, addresses, embedded };
  });
}

function addressProblem(address: string): string | undefined {
  try {
    parseApolloAddress(address);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Hours in which photos are not encoded; `from` may be later than `to` (over midnight). Minutes of the local day. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const QUIET = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/;

export function quietHours(): z.ZodType<QuietHours | null> {
  return z.string().transform((text, ctx): QuietHours | null => {
    if (text.trim() === '') return null;
    const match = QUIET.exec(text.trim());
    if (match === null) {
      ctx.addIssue({ code: 'custom', message: 'is no time span like 22:00-07:00' });
      return null;
    }
    const [fromHour, fromMinute, toHour, toMinute] = match.slice(1).map(Number) as [number, number, number, number];
    return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute };
  });
}

export function webAddress(): z.ZodType<string> {
  return z.string().refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), 'is no http(s) address');
}

export function basePath(): z.ZodType<string> {
  return z
    .string()
    .regex(/^\/?$|^\/[A-Za-z0-9._~/-]*$/, 'is no path like /photos')
    .transform((text) => text.replace(/\/+$/, ''));
}

export function databaseUrl(): z.ZodType<string> {
  return z.string().refine((text) => /^(file:|postgres(ql)?:\/\/)/.test(text), 'is neither file:… nor postgresql://…');
}
