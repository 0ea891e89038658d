import { z } from 'zod';

/** Hours in which photos are not encoded; `from` may be later than `to` (over midnight). Minutes of the local day. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const SPAN = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/;

/** Text like `22:00-07:00`; null for an empty one. */
export const QUIET_HOURS = z.string().transform((text, ctx): QuietHours | null => {
  if (text.trim() === '') return null;
  const match = SPAN.exec(text.trim());
  if (match === null) {
    ctx.addIssue({ code: 'custom', message: 'is no time span like 22:00-07:00' });
    return null;
  }
  const [fromHour, fromMinute, toHour, toMinute] = match.slice(1).map(Number) as [number, number, number, number];
  return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute };
});
